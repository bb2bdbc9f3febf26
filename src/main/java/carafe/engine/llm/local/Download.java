package carafe.engine.llm.local;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Objects;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The body of one answer as a stream; closing it ends the connection, however much is still to come. A connection that
 * breaks is made anew and goes on where it was, if the server says by an ETag that the file is still the same (RFC 9110,
 * 13.1.5 and 14.2).
 */
final class Download extends InputStream {
    private static final Timeout CONNECT = Timeout.ofSeconds(20);
    /** A server may be silent for so long, before its answer and within it. */
    private static final Timeout SILENCE = Timeout.ofSeconds(60);

    private static final int MOST_REDIRECTS = 10;
    /** Breaks in a row, without a byte between them, that are put up with; the pause before each is a second longer. */
    private static final int MOST_BREAKS = 5;

    private final URI uri;
    private final CloseableHttpClient client;
    private final long size;
    private final @Nullable String version;
    private InputStream body;
    private long position;
    private int breaks;
    private volatile boolean closed;

    private Download(URI uri, CloseableHttpClient client, ClassicHttpResponse answer) throws IOException {
        this.uri = uri;
        this.client = client;
        this.body = answer.getEntity().getContent();
        this.size = answer.getEntity().getContentLength();
        var tag = answer.getFirstHeader("ETag");
        this.version =
                tag == null || !tag.getValue().startsWith("\"") ? null : tag.getValue(); // weak ones promise little
    }

    /** @throws BadModelException with a sentence for people when there is nothing to read */
    static Download open(URI uri, Hosts hosts) throws IOException {
        CloseableHttpClient client = client(hosts);
        try {
            ClassicHttpResponse answer = ask(client, uri, new HttpGet(uri));
            if (answer.getCode() != 200 || answer.getEntity() == null) {
                throw new BadModelException("The address answered with status " + answer.getCode() + ".");
            }
            return new Download(uri, client, answer);
        } catch (UnknownHostException e) {
            client.close(CloseMode.IMMEDIATE);
            String why = String.valueOf(e.getMessage());
            throw new BadModelException(why.contains(" ") ? why : "There is no host named " + why + ".", e);
        } catch (SocketTimeoutException e) {
            client.close(CloseMode.IMMEDIATE);
            throw new BadModelException("The host " + uri.getHost() + " does not answer.", e);
        } catch (IOException e) {
            client.close(CloseMode.IMMEDIATE);
            throw new BadModelException("The address could not be fetched: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            client.close(CloseMode.IMMEDIATE);
            throw e;
        }
    }

    private static ClassicHttpResponse ask(CloseableHttpClient client, URI uri, HttpGet request) throws IOException {
        return client.executeOpen(new HttpHost(uri.getScheme(), uri.getHost(), uri.getPort()), request, null);
    }

    /** Bytes that will come, or -1 when the server does not say. */
    long size() {
        return size;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        while (true) {
            try {
                int count = body.read(bytes, offset, length);
                if (count > 0) {
                    position += count;
                    breaks = 0;
                }
                return count;
            } catch (IOException e) {
                resume(e);
            }
        }
    }

    /** @throws IOException {@code why}, when the server cannot go on where it was */
    private void resume(IOException why) throws IOException {
        while (!closed && version != null && size > 0 && breaks++ < MOST_BREAKS) {
            try {
                Thread.sleep(breaks * 1000L);
                var request = new HttpGet(uri);
                request.setHeader("Range", "bytes=" + position + "-");
                request.setHeader("If-Range", version);
                var answer = ask(client, uri, request);
                if (!continues(answer)) {
                    break;
                }
                body = answer.getEntity().getContent();
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        }
        throw why;
    }

    private boolean continues(ClassicHttpResponse answer) {
        var range = answer.getFirstHeader("Content-Range");
        return answer.getCode() == 206
                && answer.getEntity() != null
                && range != null
                && Objects.requireNonNullElse(range.getValue(), "").startsWith("bytes " + position + "-");
    }

    private static CloseableHttpClient client(Hosts hosts) {
        return HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(new Resolver(hosts))
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(CONNECT)
                                .setSocketTimeout(SILENCE)
                                .build())
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setMaxRedirects(MOST_REDIRECTS)
                        .setResponseTimeout(SILENCE)
                        .build())
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .setUserAgent("carafe")
                .build();
    }

    /** Draining the rest, as closing the body does, would fetch gigabytes that nobody wants. */
    @Override
    public void close() {
        closed = true;
        client.close(CloseMode.IMMEDIATE);
    }

    private record Resolver(Hosts hosts) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            return hosts.resolve(host);
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
