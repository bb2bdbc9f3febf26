package carafe.engine.llm;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityProducer;
import org.apache.hc.core5.http.nio.support.BasicRequestProducer;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** For streams: few threads read the wire for all of them. A thread for each, woken for each token, costs a fifth more. */
final class SelectingClient implements Closeable {
    private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    private final SilenceWatch watch;
    private final CloseableHttpAsyncClient client;

    SelectingClient(SilenceWatch watch, DnsResolver names) {
        this.watch = watch;
        this.client = make(names);
    }

    private static CloseableHttpAsyncClient make(DnsResolver names) {
        var pool = PoolingAsyncClientConnectionManagerBuilder.create()
                .setDnsResolver(names)
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnTotal(Upstreams.MOST_CONNECTIONS)
                .setMaxConnPerRoute(Upstreams.MOST_CONNECTIONS)
                .setDefaultTlsConfig(TlsConfig.custom()
                        .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                        .build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(Upstreams.CONNECT))
                        .setSocketTimeout(Timeout.DISABLED) // SilenceWatch instead
                        .setTimeToLive(TimeValue.ofMinutes(10))
                        .build())
                .build();
        var made = HttpAsyncClients.custom()
                .setConnectionManager(pool)
                .setIOReactorConfig(IOReactorConfig.custom()
                        .setIoThreadCount(THREADS)
                        .setTcpNoDelay(true)
                        .setSoTimeout(Timeout.DISABLED)
                        .build())
                .setThreadFactory(
                        Thread.ofPlatform().daemon().name("upstreams-", 0).factory())
                .setHttp1Config(
                        Http1Config.custom().setBufferSize(Upstreams.BUFFER).build())
                .setDefaultRequestConfig(Upstreams.REQUEST)
                .evictIdleConnections(TimeValue.ofSeconds(30))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableConnectionState()
                .setUserAgent("carafe")
                .build();
        made.start();
        return made;
    }

    /** Returns when the answer's head is there. @throws IOException when there will be none */
    PushedExchange post(Target target, String path, byte[] json, Duration silence, Cancellation cancellation)
            throws IOException {
        try {
            return once(target, path, json, silence, cancellation);
        } catch (IOException e) {
            // an idle connection that the upstream gave up in the same moment: it has not begun to answer
            if (cancellation.isCancelled() || !Upstreams.isConnectionGone(e)) {
                throw e;
            }
            return once(target, path, json, silence, cancellation);
        }
    }

    private PushedExchange once(Target target, String path, byte[] json, Duration silence, Cancellation cancellation)
            throws IOException {
        var request = new BasicHttpRequest("POST", URI.create(target.base() + path));
        target.eachHeader(request::setHeader);
        var body = new BasicAsyncEntityProducer(json, ContentType.APPLICATION_JSON);
        var host = new HttpHost(request.getScheme(), request.getAuthority());
        var exchange = new PushedExchange(watch, silence);
        boolean answered = false;
        try {
            cancellation.onCancel(exchange::cancel);
            if (cancellation.isCancelled()) {
                throw new InterruptedIOException("the call was cancelled");
            }
            exchange.running(client.execute(
                    host, new BasicRequestProducer(request, body), exchange.consumer(), null, null, null));
            exchange.await();
            answered = true;
            return exchange;
        } finally {
            if (!answered) {
                exchange.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
