package carafe.engine.llm;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;

/** An answer that is read by the thread that asked for it. */
public final class PulledExchange implements Exchange {
    /** Up to this a declared length is believed before the bytes are there. */
    private static final int SMALL = 64 << 10;

    private final HttpUriRequestBase request;
    private final ClassicHttpResponse response;
    private final SilenceWatch.Watched watched;
    private boolean complete;

    PulledExchange(HttpUriRequestBase request, ClassicHttpResponse response, SilenceWatch.Watched watched) {
        this.request = request;
        this.response = response;
        this.watched = watched;
    }

    @Override
    public int status() {
        return response.getCode();
    }

    @Override
    public @Nullable String header(String name) {
        var header = response.getFirstHeader(name);
        return header == null ? null : header.getValue();
    }

    /**
     * The next bytes, at least one; -1 at the end of the body.
     *
     * @throws SocketTimeoutException when the upstream was silent for too long
     */
    public int read(byte[] buffer) throws IOException {
        try {
            int count = body().read(buffer);
            watched.heard();
            complete = count < 0;
            return count;
        } catch (IOException e) {
            throw named(e);
        }
    }

    private IOException named(IOException e) {
        return watched.expired() ? new SocketTimeoutException("the upstream is silent") : e;
    }

    @Override
    public byte[] readAll(int limit) throws IOException {
        try {
            return all(limit);
        } catch (IOException e) {
            throw named(e);
        }
    }

    private byte[] all(int limit) throws IOException {
        var entity = response.getEntity();
        long declared = entity == null ? 0 : entity.getContentLength();
        if (declared >= 0 && declared <= Math.min(limit, SMALL)) {
            return exactly((int) declared);
        }
        byte[] bytes = body().readNBytes(limit + 1);
        if (bytes.length > limit) {
            throw new IOException("the upstream's answer is larger than " + limit + " bytes");
        }
        complete = true;
        return bytes;
    }

    private byte[] exactly(int length) throws IOException {
        var bytes = new byte[length];
        var in = body();
        if (in.readNBytes(bytes, 0, length) < length) {
            throw new IOException("the upstream's answer ended early");
        }
        complete = true;
        return bytes;
    }

    private InputStream body() throws IOException {
        var entity = response.getEntity();
        return entity == null ? InputStream.nullInputStream() : entity.getContent();
    }

    @Override
    public void close() throws IOException {
        watched.close();
        if (complete) {
            EntityUtils.consume(response.getEntity()); // gives the connection back for the next call
        } else {
            request.cancel();
        }
        response.close();
    }
}
