package carafe;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One end of a connection on which a test says every byte itself. Text is ISO-8859-1. Waits at most 20 s. */
public final class RawSocket implements AutoCloseable {
    private static final int PATIENCE_MS = 20_000;

    private final Socket socket;
    private final InputStream in;

    RawSocket(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MS);
        this.in = socket.getInputStream();
    }

    public static RawSocket connect(int port) {
        try {
            var socket = new Socket();
            socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MS);
            return new RawSocket(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
    }

    public RawSocket send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawSocket send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything up to and with {@code end}. */
    public String readUntil(String end) {
        var read = new StringBuilder();
        while (!read.toString().endsWith(end)) {
            read.append((char) one());
        }
        return read.toString();
    }

    /** A head with its empty line. */
    public String readHead() {
        return readUntil("\r\n\r\n");
    }

    public String read(int count) {
        var bytes = new byte[count];
        try {
            if (in.readNBytes(bytes, 0, count) < count) {
                throw new EOFException("the connection ended");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** A head and as many bytes behind it as its Content-Length says. */
    public String readMessage() {
        var head = readHead();
        var at = head.toLowerCase(java.util.Locale.ROOT).indexOf("\r\ncontent-length:");
        if (at < 0) {
            return head;
        }
        var digits = head.substring(at + 17, head.indexOf("\r\n", at + 2)).strip();
        return head + read(Integer.parseInt(digits));
    }

    /** Everything up to the end of the connection, however it ends. */
    public String readToEnd() {
        var read = new ByteArrayOutputStream();
        try {
            var buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                read.write(buffer, 0, count);
            }
        } catch (java.net.SocketTimeoutException e) {
            throw new UncheckedIOException(e);
        } catch (IOException e) {
            return read.toString(StandardCharsets.ISO_8859_1); // cut is an end, too
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    private int one() {
        try {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended");
            }
            return b;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public InputStream in() {
        return in;
    }

    public java.io.OutputStream out() {
        try {
            return socket.getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the sending side alone. */
    public void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Cuts the connection with a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
