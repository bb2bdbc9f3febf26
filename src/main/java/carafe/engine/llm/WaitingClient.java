package carafe.engine.llm;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** For answers that come in one piece: the virtual thread that asks reads the wire itself, the cheapest way for those. */
final class WaitingClient implements Closeable {
    private final SilenceWatch watch;
    private final CloseableHttpClient client;

    WaitingClient(SilenceWatch watch, DnsResolver names) {
        this.watch = watch;
        this.client = make(names);
    }

    private static CloseableHttpClient make(DnsResolver names) {
        var buffers = Http1Config.custom().setBufferSize(Upstreams.BUFFER).build();
        var pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(names)
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(buffers)
                        .build())
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnTotal(Upstreams.MOST_CONNECTIONS)
                .setMaxConnPerRoute(Upstreams.MOST_CONNECTIONS)
                .setDefaultSocketConfig(SocketConfig.custom()
                        .setTcpNoDelay(true)
                        .setSoTimeout(Timeout.DISABLED)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(Upstreams.CONNECT))
                        .setSocketTimeout(Timeout.DISABLED) // SilenceWatch instead
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .setTimeToLive(TimeValue.ofMinutes(10))
                        .build())
                .build();
        return HttpClients.custom()
                .setConnectionManager(pool)
                .evictIdleConnections(TimeValue.ofSeconds(30))
                .setDefaultRequestConfig(Upstreams.REQUEST)
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .disableConnectionState()
                .setUserAgent("carafe")
                .build();
    }

    /** Returns when the answer's head is there. @throws IOException when there will be none */
    PulledExchange send(HttpUriRequestBase request, Target target, Duration silence, Cancellation cancellation)
            throws IOException {
        target.eachHeader(request::setHeader);
        cancellation.onCancel(request::cancel);
        var watched = watch.watch(request::cancel, silence);
        boolean answered = false;
        try {
            var exchange = executeFresh(request, watched, cancellation);
            answered = true;
            return exchange;
        } catch (IOException | IllegalStateException e) {
            if (watched.expired()) {
                throw new SocketTimeoutException("the upstream is silent");
            }
            // IllegalStateException: when a cancel meets the client underneath between two steps of connecting
            if (e instanceof IllegalStateException bug && !cancellation.isCancelled()) {
                throw bug;
            }
            throw e instanceof IOException io ? io : new IOException(e);
        } finally {
            if (!answered) {
                watched.close();
            }
        }
    }

    /**
     * Once more when the connection closed without a byte: an idle one that the upstream gave up in the same moment. It
     * is the one retry here, since the upstream has not begun to answer.
     */
    private PulledExchange executeFresh(
            HttpUriRequestBase request, SilenceWatch.Watched watched, Cancellation cancellation) throws IOException {
        try {
            return execute(request, watched);
        } catch (IOException e) {
            if (cancellation.isCancelled() || !Upstreams.isConnectionGone(e)) {
                throw e;
            }
            return execute(request, watched);
        }
    }

    private PulledExchange execute(HttpUriRequestBase request, SilenceWatch.Watched watched) throws IOException {
        var host = new HttpHost(request.getScheme(), request.getAuthority());
        var response = client.executeOpen(host, request, null);
        watched.heard();
        return new PulledExchange(request, response, watched);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
