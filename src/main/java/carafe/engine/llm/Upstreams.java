package carafe.engine.llm;

import carafe.engine.outbound.OnFirstUse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * The one way to model servers. No cookies are kept, no redirects followed, nothing retried that the upstream may have
 * seen, and bodies are handed on as they are.
 */
public final class Upstreams implements AutoCloseable {
    static final Duration CONNECT = Duration.ofSeconds(10);
    static final int MOST_CONNECTIONS = 20_000;
    static final int BUFFER = 2 << 10; // three for each open stream
    static final RequestConfig REQUEST = RequestConfig.custom()
            .setConnectionRequestTimeout(Timeout.of(CONNECT))
            .build();
    private static final LlmFailure CANCELLED = new LlmFailure(499, "cancelled", "The call was cancelled.");

    private final SilenceWatch watch = new SilenceWatch();
    private final OnFirstUse<WaitingClient> waiting;
    private final OnFirstUse<PushingClient> pushing;

    public Upstreams() {
        this(SystemDefaultDnsResolver.INSTANCE);
    }

    /** @param names finds the addresses of model servers, and may refuse to */
    public Upstreams(DnsResolver names) {
        waiting = new OnFirstUse<>(() -> new WaitingClient(watch, names));
        pushing = new OnFirstUse<>(() -> new PushingClient(names::resolve));
        watch.start();
    }

    /** A call that can fail before it is answered. */
    @FunctionalInterface
    private interface Call<T> {
        T make() throws IOException;
    }

    /**
     * Posts JSON and returns when the answer's head is there.
     *
     * @param silence how long the upstream may send nothing, before and within its answer
     * @throws LlmException when there is no answer: 502 upstream_unreachable or upstream_broken, 504 upstream_timeout,
     *     499 cancelled
     */
    public PulledExchange post(Target target, String path, byte[] json, Duration silence, Cancellation cancellation) {
        var request = new HttpPost(URI.create(target.base() + path));
        request.setEntity(new ByteArrayEntity(json, ContentType.APPLICATION_JSON));
        return explained(
                target,
                silence,
                cancellation,
                () -> plain(target, waiting.get().send(request, target, silence, cancellation)));
    }

    /** As {@link #post}, for an answer that is expected to be a stream. */
    public PushedExchange stream(Target target, String path, byte[] json, Duration silence, Cancellation cancellation) {
        return explained(
                target,
                silence,
                cancellation,
                () -> plain(target, pushing.get().post(target, path, json, silence, cancellation)));
    }

    /** As {@link #post}, without a body. */
    public PulledExchange get(Target target, String path, Duration silence) {
        var request = new HttpGet(URI.create(target.base() + path));
        var cancellation = new Cancellation();
        return explained(
                target, silence, cancellation, () -> waiting.get().send(request, target, silence, cancellation));
    }

    /** The answer, unless it is packed: nobody asks for that, and nothing is unpacked here. */
    private static <T extends Exchange> T plain(Target target, T answer) throws IOException {
        var packed = answer.header("Content-Encoding");
        if (packed == null || packed.equalsIgnoreCase("identity")) {
            return answer;
        }
        try (answer) {
            throw new LlmException(new LlmFailure(
                    502,
                    "upstream_broken",
                    "The model server " + URI.create(target.base()).getAuthority()
                            + " sent its answer compressed, which it was not asked to."));
        }
    }

    /** Runs {@code effect} once when {@code limit} has passed, to the second, unless the answer is closed before. */
    public Deadline deadline(Duration limit, Runnable effect) {
        return new Deadline(watch.watch(effect, limit));
    }

    private static <T> T explained(Target target, Duration silence, Cancellation cancellation, Call<T> call) {
        try {
            return call.make();
        } catch (IOException e) {
            throw new LlmException(explain(target, e, cancellation, silence));
        }
    }

    private static LlmFailure explain(Target target, IOException e, Cancellation cancellation, Duration silence) {
        var host = URI.create(target.base()).getAuthority();
        if (cancellation.isCancelled()) {
            return CANCELLED;
        }
        return switch (e) {
            case SocketTimeoutException t
            when !(t instanceof ConnectTimeoutException) ->
                new LlmFailure(
                        504,
                        "upstream_timeout",
                        "The model server " + host + " sent nothing for " + silence.toSeconds() + " s.");
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
            case NoHttpResponseException n -> closed(host);
            case ConnectionClosedException c -> closed(host);
            case InterruptedIOException i -> CANCELLED;
            default ->
                new LlmFailure(502, "upstream_broken", "The model server " + host + " broke off: " + e.getMessage());
        };
    }

    /**
     * Whether a call failed because its connection was no longer there: closed, reset, or a broken pipe. How it shows is a
     * matter of chance, and what a broken pipe is called is a matter of the language of the system.
     */
    static boolean isConnectionGone(IOException e) {
        return switch (e) {
            case NoHttpResponseException n -> true;
            case ConnectionClosedException c -> true;
            case ConnectException c -> false;
            case NoRouteToHostException n -> false;
            case SocketException s -> true;
            default -> e.getClass() == IOException.class && e.getCause() == null;
        };
    }

    private static LlmFailure closed(String host) {
        return new LlmFailure(
                502, "upstream_broken", "The model server " + host + " closed the connection without an answer.");
    }

    @Override
    public void close() throws IOException {
        watch.close();
        waiting.close();
        pushing.close();
    }
}
