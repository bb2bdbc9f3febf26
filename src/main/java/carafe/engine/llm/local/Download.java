package carafe.engine.llm.local;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
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

/** The body of one answer as a stream; closing it ends the connection, however much is still to come. */
final class Download extends FilterInputStream {
    private static final Timeout CONNECT = Timeout.ofSeconds(20);
    /** A server may be silent for so long, before its answer and within it. */
    private static final Timeout SILENCE = Timeout.ofSeconds(60);

    private static final int MOST_REDIRECTS = 10;

    private final CloseableHttpClient client;
    private final ClassicHttpResponse answer;

    private Download(CloseableHttpClient client, ClassicHttpResponse answer, InputStream body) {
        super(body);
        this.client = client;
        this.answer = answer;
    }

    /** @throws BadModelException with a sentence for people when there is nothing to read */
    static Download open(URI uri, Hosts hosts) throws IOException {
        CloseableHttpClient client = client(hosts);
        try {
            ClassicHttpResponse answer = client.executeOpen(
                    new HttpHost(uri.getScheme(), uri.getHost(), uri.getPort()), new HttpGet(uri), null);
            if (answer.getCode() != 200 || answer.getEntity() == null) {
                throw new BadModelException("The address answered with status " + answer.getCode() + ".");
            }
            return new Download(client, answer, answer.getEntity().getContent());
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

    /** Bytes that will come, or -1 when the server does not say. */
    long size() {
        return answer.getEntity().getContentLength();
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
