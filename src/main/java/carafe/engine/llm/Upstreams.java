package carafe.engine.llm;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The one client towards model servers: blocking, for virtual threads. It keeps no cookies, follows no redirects,
 * retries nothing that the upstream may have seen, and hands bodies on as they are.
 */
public final class Upstreams implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int MOST_CONNECTIONS = 20_000;
    private static final int BUFFER = 4 << 10; // two for each open stream
    private static final RequestConfig REQUEST = RequestConfig.custom()
            .setConnectionRequestTimeout(Timeout.of(CONNECT))
            .build();
    private static final LlmFailure CANCELLED = new LlmFailure(499, "cancelled", "The call was cancelled.");

    private final SilenceWatch watch = new SilenceWatch();
    private final Object starting = new Object();
    private volatile @Nullable CloseableHttpClient client;

    /** Made at the first call: its TLS set-up reads the certificates of the world, and a start need not wait for that. */
    private CloseableHttpClient client() {
        var made = client;
        if (made != null) {
            return made;
        }
        synchronized (starting) {
            made = client == null ? make() : client;
            client = made;
            return made;
        }
    }

    private CloseableHttpClient make() {
        watch.start();
        var buffers = Http1Config.custom().setBufferSize(BUFFER).build();
        var pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                        .http1Config(buffers)
                        .build())
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnTotal(MOST_CONNECTIONS)
                .setMaxConnPerRoute(MOST_CONNECTIONS)
                .setDefaultSocketConfig(SocketConfig.custom()
                        .setTcpNoDelay(true)
                        .setSoTimeout(Timeout.DISABLED)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(CONNECT))
                        .setSocketTimeout(Timeout.DISABLED) // SilenceWatch instead
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .setTimeToLive(TimeValue.ofMinutes(10))
                        .build())
                .build();
        return HttpClients.custom()
                .setConnectionManager(pool)
                .evictIdleConnections(TimeValue.ofSeconds(30))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableContentCompression()
                .disableAuthCaching()
                .disableConnectionState()
                .setUserAgent("carafe")
                .build();
    }

    /**
     * Posts JSON and returns when the answer's head is there.
     *
     * @param silence how long the upstream may send nothing, before and within its answer
     * @throws LlmException when there is no answer: 502 upstream_unreachable or upstream_broken, 504 upstream_timeout,
     *     499 cancelled
     */
    public Exchange post(Target target, String path, byte[] json, Duration silence, Cancellation cancellation) {
        var request = new HttpPost(URI.create(target.base() + path));
        request.setEntity(new ByteArrayEntity(json, ContentType.APPLICATION_JSON));
        return send(target, request, silence, cancellation);
    }

    /** As {@link #post}, without a body. */
    public Exchange get(Target target, String path, Duration silence) {
        return send(target, new HttpGet(URI.create(target.base() + path)), silence, new Cancellation());
    }

    private Exchange send(Target target, HttpUriRequestBase request, Duration silence, Cancellation cancellation) {
        request.setConfig(REQUEST);
        if (target.key().isSet()) {
            request.setHeader("Authorization", "Bearer " + target.key().reveal());
        }
        target.headers().forEach(request::setHeader);
        cancellation.onCancel(request::cancel);
        var watched = watch.watch(request::cancel, silence);
        boolean answered = false;
        try {
            var exchange = executeFresh(request, watched, cancellation);
            answered = true;
            return exchange;
        } catch (IOException | IllegalStateException e) {
            // IllegalStateException: when a cancel meets the client underneath between two steps of connecting
            if (e instanceof IllegalStateException bug && !cancellation.isCancelled() && !watched.expired()) {
                throw bug;
            }
            throw new LlmException(explain(target, e, cancellation, watched, silence));
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
    private Exchange executeFresh(HttpUriRequestBase request, SilenceWatch.Watched watched, Cancellation cancellation)
            throws IOException {
        try {
            return execute(request, watched);
        } catch (NoHttpResponseException e) {
            if (cancellation.isCancelled()) {
                throw e;
            }
            return execute(request, watched);
        }
    }

    private Exchange execute(HttpUriRequestBase request, SilenceWatch.Watched watched) throws IOException {
        var host = new HttpHost(request.getScheme(), request.getAuthority());
        var response = client().executeOpen(host, request, null);
        watched.heard();
        return new Exchange(request, response, watched);
    }

    private static LlmFailure explain(
            Target target, Exception e, Cancellation cancellation, SilenceWatch.Watched watched, Duration silence) {
        var host = URI.create(target.base()).getAuthority();
        if (cancellation.isCancelled()) {
            return CANCELLED;
        }
        if (watched.expired()) {
            return new LlmFailure(
                    504,
                    "upstream_timeout",
                    "The model server " + host + " sent nothing for " + silence.toSeconds() + " s.");
        }
        return switch (e) {
            case ConnectTimeoutException t ->
                new LlmFailure(
                        504,
                        "upstream_timeout",
                        "The model server " + host + " did not accept a connection within " + CONNECT.toSeconds()
                                + " s.");
            case ConnectException c ->
                new LlmFailure(
                        502,
                        "upstream_unreachable",
                        "The model server " + host + " refuses connections. Is it running?");
            case UnknownHostException u ->
                new LlmFailure(502, "upstream_unreachable", "There is no host named " + u.getMessage() + ".");
            case NoHttpResponseException n ->
                new LlmFailure(
                        502,
                        "upstream_broken",
                        "The model server " + host + " closed the connection without an answer.");
            case InterruptedIOException i -> CANCELLED;
            default ->
                new LlmFailure(502, "upstream_broken", "The model server " + host + " broke off: " + e.getMessage());
        };
    }

    @Override
    public void close() throws IOException {
        watch.close();
        var made = client;
        if (made != null) {
            made.close();
        }
    }
}
