package carafe.engine.outbound;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client for addresses that users name: past an {@link AddressGuard}, without cookies, redirects, retries or proxy
 * settings, and with a bound on time and size.
 */
public final class Outbound implements AutoCloseable {
    /** The most of an answer that is read. */
    public static final int MOST_BYTES = 10 << 20;

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final int CONNECTIONS = 2_000;
    private static final Set<String> OWN_HEADERS =
            Set.of("host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect");

    /** What is asked; {@code limit} is for everything together. */
    public record Call(String method, String url, Map<String, String> headers, byte @Nullable [] body, Duration limit) {
        public Call {
            headers = Map.copyOf(headers);
        }
    }

    public record Reply(int status, Map<String, String> headers, byte[] body) {
        public Reply {
            headers = Map.copyOf(headers);
        }
    }

    private final OnFirstUse<CloseableHttpClient> client;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("outbound").factory());

    public Outbound(DnsResolver guard) {
        client = new OnFirstUse<>(() -> client(guard));
    }

    private static CloseableHttpClient client(DnsResolver guard) {
        var pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(guard)
                .setMaxConnTotal(CONNECTIONS)
                .setMaxConnPerRoute(CONNECTIONS / 4)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(CONNECT))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .setTimeToLive(TimeValue.ofMinutes(2))
                        .build())
                .build();
        return HttpClients.custom()
                .setConnectionManager(pool)
                .evictIdleConnections(TimeValue.ofSeconds(30))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .setUserAgent("carafe")
                .build();
    }

    /** One call, which another thread may end. */
    public final class Exchange {
        private final Call call;
        private final AtomicReference<@Nullable HttpUriRequestBase> request = new AtomicReference<>();
        private volatile boolean ended;

        private Exchange(Call call) {
            this.call = call;
        }

        /** @throws IOException for what went wrong, with words for people */
        public Reply send() throws IOException {
            var made = request(call);
            request.set(made);
            if (ended) {
                throw new InterruptedIOException("the call was ended");
            }
            var late = new boolean[1];
            var timer = clock.schedule(
                    () -> {
                        late[0] = true;
                        made.cancel();
                    },
                    call.limit().toMillis(),
                    TimeUnit.MILLISECONDS);
            try {
                var host = new HttpHost(made.getScheme(), made.getAuthority());
                return client.get().execute(host, made, Outbound::read);
            } catch (IOException | IllegalStateException e) {
                if (late[0]) {
                    throw new IOException("no answer within " + call.limit().toSeconds() + " s", e);
                }
                throw e instanceof IOException io ? io : new IOException(e);
            } finally {
                timer.cancel(false);
            }
        }

        public void end() {
            ended = true;
            var made = request.get();
            if (made != null) {
                made.cancel();
            }
        }
    }

    public Exchange exchange(Call call) {
        return new Exchange(call);
    }

    private static HttpUriRequestBase request(Call call) throws IOException {
        var made = new HttpUriRequestBase(call.method(), address(call.url()));
        for (var header : call.headers().entrySet()) {
            var name = header.getKey().strip();
            boolean own = OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT));
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}")
                    || header.getValue().matches("(?s).*[\\r\\n\\x00].*")) {
                throw new IOException("a header that is none: " + name);
            }
            if (!own) {
                made.setHeader(name, header.getValue());
            }
        }
        var body = call.body();
        if (body != null) {
            var type = made.getFirstHeader("Content-Type");
            made.setEntity(new ByteArrayEntity(body, type == null ? null : ContentType.parseLenient(type.getValue())));
        }
        return made;
    }

    private static URI address(String url) throws IOException {
        try {
            var uri = new URI(url);
            var scheme = uri.getScheme();
            boolean http = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
            if (!http || uri.getHost() == null || uri.getUserInfo() != null) {
                throw new IOException("not an http or https address without a user: " + url);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IOException("not an address: " + url, e);
        }
    }

    private static Reply read(ClassicHttpResponse response) throws IOException {
        var headers = new LinkedHashMap<String, String>();
        for (var header : response.getHeaders()) {
            headers.merge(header.getName().toLowerCase(Locale.ROOT), header.getValue(), (a, b) -> a + ", " + b);
        }
        var entity = response.getEntity();
        if (entity == null) {
            return new Reply(response.getCode(), headers, new byte[0]);
        }
        var in = entity.getContent();
        byte[] bytes = in == null ? new byte[0] : in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw new IOException("the answer is larger than " + MOST_BYTES + " bytes");
        }
        return new Reply(response.getCode(), headers, bytes);
    }

    @Override
    public void close() throws IOException {
        clock.shutdownNow();
        client.close();
    }
}
