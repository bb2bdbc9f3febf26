package carafe.feature.proxy;

import carafe.engine.relay.Answering;
import carafe.engine.relay.Plan;
import carafe.engine.relay.Relay;
import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The proxy under {@code /proxy} of the main port, for people who are signed in and for keys. Whoever asks proves it by
 * {@code X-Carafe-Key} or the sign-in cookie, since {@code Authorization} is the upstream's. What an upstream answers is
 * kept from acting as a page of ours.
 */
final class PrefixRoutes {
    static final String PREFIX = "/proxy";

    /** Ours alone, and what would let an upstream speak for us. */
    private static final Set<String> KEPT_FROM_UPSTREAM = Set.of("x-carafe-key");

    private static final Set<String> KEPT_FROM_CLIENT = Set.of(
            "set-cookie",
            "content-security-policy",
            "x-content-type-options",
            "clear-site-data",
            "service-worker-allowed",
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "x-request-id");

    private final Relay relay;
    private final Forwarder forwarder;

    PrefixRoutes(Relay relay, Forwarder forwarder) {
        this.relay = relay;
        this.forwarder = forwarder;
    }

    void register(Routes routes) {
        var rule = Rule.of(Surface.PROXY, Access.USER).withMaxBody(Rule.ANY_LENGTH);
        for (var path : List.of(PREFIX, PREFIX + "/<path>")) {
            routes.post(path, rule, this::pass);
            routes.get(path, rule, this::pass);
            routes.put(path, rule, this::pass);
            routes.patch(path, rule, this::pass);
            routes.delete(path, rule, this::pass);
            routes.head(path, rule, this::pass);
            routes.options(path, rule, this::pass);
        }
    }

    private void pass(Context ctx) throws IOException {
        var target = target(ctx);
        var fields = new ArrayList<Map.Entry<String, String>>();
        for (var name : Collections.list(ctx.req().getHeaderNames())) {
            if (!KEPT_FROM_UPSTREAM.contains(name.toLowerCase(Locale.ROOT))) {
                Collections.list(ctx.req().getHeaders(name))
                        .forEach(value -> fields.add(new SimpleEntry<>(name, value)));
            }
        }
        var method = ctx.req().getMethod();
        var head = Relay.head(method + " " + target + " HTTP/1.1", fields);
        int query = target.indexOf('?');
        var plan = forwarder.forward(
                head,
                method,
                target,
                query < 0 ? target : target.substring(0, query),
                Caller.addressOf(ctx),
                Caller.of(ctx));
        var answer = new Answer(ctx);
        switch (plan) {
            case Plan.Forward forward ->
                send(ctx, () -> relay.pass(head, forward, ctx.req().getInputStream(), answer));
            case Plan.Answer refusal -> answer.refused(refusal);
            case Plan.HandOver handOver -> throw new Problem.NotFound("page");
        }
    }

    private interface Sending {
        void run() throws IOException;
    }

    private static void send(Context ctx, Sending sending) throws IOException {
        try {
            sending.run();
        } catch (ClientGone e) {
            throw e;
        } catch (IOException e) {
            ResponseStream.abort(ctx); // the status is out: only a cut connection tells that something is missing
            throw new ClientGone(e);
        }
    }

    /** Path and query behind the prefix, as they were sent. */
    private static String target(Context ctx) {
        var path = ctx.req().getRequestURI().substring(PREFIX.length());
        var query = ctx.req().getQueryString();
        return (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
    }

    /** An upstream's answer as a servlet sends it. */
    private static final class Answer implements Answering {
        private final Context ctx;

        Answer(Context ctx) {
            this.ctx = ctx;
        }

        @Override
        public void begin(int status) {
            ctx.status(status);
            ctx.disableCompression();
            ctx.res().setContentType(null); // else there is one already
        }

        @Override
        public void field(String name, String value) {
            var lower = name.toLowerCase(Locale.ROOT);
            if (lower.equals("date")) {
                ctx.res().setHeader(name, value); // there is one already
            } else if (!KEPT_FROM_CLIENT.contains(lower)) {
                ctx.res().addHeader(name, value);
            }
        }

        @Override
        public void begun() throws IOException {
            ctx.res().setHeader("Content-Security-Policy", "sandbox");
            ctx.res().setHeader("X-Content-Type-Options", "nosniff");
            ctx.res().flushBuffer();
        }

        @Override
        public void piece(byte[] bytes) throws ClientGone {
            try {
                ctx.res().getOutputStream().write(bytes);
                ctx.res().getOutputStream().flush();
            } catch (IOException e) {
                throw new ClientGone(e);
            }
        }

        @Override
        public void refused(Plan.Answer answer) throws IOException {
            ctx.status(answer.status());
            for (var field : answer.fields()) {
                int colon = field.indexOf(": ");
                ctx.res().setHeader(field.substring(0, colon), field.substring(colon + 2));
            }
            ctx.res().getOutputStream().write(answer.body());
        }
    }
}
