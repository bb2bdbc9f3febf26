package carafe.feature.courses;

import carafe.engine.llm.Cancellation;
import carafe.feature.code.Moved;
import carafe.feature.code.RunMeters;
import carafe.platform.config.Secret;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Fields;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.RateArea;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions to the tutor, in one piece or as events, and the learner's own key for its model server. */
final class TutorRoutes {
    private static final Logger log = LoggerFactory.getLogger(TutorRoutes.class);
    /** Room for one picture. */
    private static final long MOST_BODY = 8 * Rule.MEBIBYTE;

    private static final int MOST_KEY = 500;

    private final Tutor tutor;
    private final TutorPrompt prompt;
    private final TutorStore store;
    private final TutorKeys keys;
    private final Lookup lookup;
    private final Who who;
    private final RunMeters meters;
    private final Heartbeats heartbeats;
    private final ObjectMapper mapper;
    private final Body body;
    private final Clock clock;
    private final boolean open;

    TutorRoutes(
            Tutor tutor,
            TutorStore store,
            TutorKeys keys,
            Lookup lookup,
            Who who,
            RunMeters meters,
            Heartbeats heartbeats,
            ObjectMapper mapper,
            Clock clock,
            boolean open) {
        this.tutor = tutor;
        this.prompt = new TutorPrompt(mapper);
        this.store = store;
        this.keys = keys;
        this.lookup = lookup;
        this.who = who;
        this.meters = meters;
        this.heartbeats = heartbeats;
        this.mapper = mapper;
        this.body = new Body(mapper);
        this.clock = clock;
        this.open = open;
    }

    void register(Routes routes) {
        var ask =
                Rule.of(Permission.EXECUTE_CODE, open).limitedBy(RateArea.TUTOR).withMaxBody(MOST_BODY);
        var own = Rule.of(Permission.EXECUTE_CODE, false);
        routes.post("/api/v1/chat", ask, this::ask);
        routes.post("/api/chat", ask.movedTo("/api/v1/chat"), Moved.counted(meters, this::ask));
        routes.get("/api/v1/courses/key", own, ctx -> ctx.json(Map.of("set", keys.isSet(me(ctx)))));
        routes.put("/api/v1/courses/key", own, this::setKey);
        routes.delete("/api/v1/courses/key", own, this::forgetKey);
    }

    private static String me(Context ctx) {
        return Caller.of(ctx).person().id();
    }

    private void setKey(Context ctx) {
        var key = body.fields(ctx).text("api_key", MOST_KEY).strip();
        if (!key.matches("[!-~]+")) { // it goes into a header
            throw new Problem.Unprocessable("'api_key' must be letters, digits and signs without blanks.", "api_key");
        }
        keys.set(me(ctx), new Secret(key));
        ctx.json(Map.of("set", true));
    }

    private void forgetKey(Context ctx) {
        keys.forget(me(ctx));
        ctx.json(Map.of("set", false));
    }

    /** A question on its way. {@code accountId} null: of a stranger who did not say who they are. */
    private record Asked(
            Caller caller,
            @Nullable String accountId,
            @Nullable LessonRef at,
            String question) {}

    private void ask(Context ctx) {
        var fields = body.fields(ctx);
        var at = lookup.lesson(fields);
        at.ifPresent(found -> LessonRoutes.checkOpened(ctx, found, clock)); // its text goes to the model
        var messages = prompt.messages(fields, at);
        var asked = new Asked(
                Caller.of(ctx),
                asker(ctx, fields),
                at.map(Lookup.Found::ref).orElse(null),
                TutorPrompt.question(fields));
        var key = asked.caller() instanceof Caller.Anonymous || asked.accountId() == null
                ? null
                : keys.of(asked.caller().person().id()).orElse(null);
        if (fields.optionalBool("stream").orElse(false)) {
            stream(ctx, asked, messages, key);
            return;
        }
        var answer = tutor.ask(asked.caller(), messages, key, piece -> {}, new Cancellation());
        keep(asked, answer, false);
        var json = mapper.createObjectNode().put("message", answer.text()).put("success", answer.succeeded());
        if (!answer.succeeded()) {
            json.put("error_code", answer.errorCode());
        }
        ctx.json(json);
    }

    private @Nullable String asker(Context ctx, Fields fields) {
        var named = ProgressRoutes.userId(ctx, fields);
        return named == null && Caller.of(ctx) instanceof Caller.Anonymous
                ? null
                : who.acting(ctx, named).id();
    }

    private void stream(Context ctx, Asked asked, ArrayNode messages, @Nullable Secret key) {
        var cancellation = new Cancellation();
        var stream = ResponseStream.events(ctx);
        heartbeats.watch(stream, cancellation::cancel);
        var gone = new boolean[1];
        Tutor.Answer answer;
        try {
            answer = tutor.ask(
                    asked.caller(),
                    messages,
                    key,
                    piece -> {
                        try {
                            stream.data(mapper.createObjectNode()
                                    .put("delta", piece)
                                    .toString());
                        } catch (ClientGone e) {
                            gone[0] = true;
                            cancellation.cancel();
                            throw new UncheckedIOException(e);
                        }
                    },
                    cancellation);
        } finally {
            heartbeats.forget(stream);
        }
        keep(asked, answer, gone[0]);
        try {
            stream.data(last(answer).toString());
        } catch (ClientGone e) {
            log.debug("the learner left before the end");
        }
    }

    private ObjectNode last(Tutor.Answer answer) {
        var json = mapper.createObjectNode()
                .put("done", true)
                .put("message", answer.text())
                .put("success", answer.succeeded());
        return answer.succeeded() ? json.put("tokens", answer.tokens()) : json.put("error_code", answer.errorCode());
    }

    /** Question and answer of somebody known; an apology is no answer. */
    private void keep(Asked asked, Tutor.Answer answer, boolean cancelled) {
        var account = asked.accountId();
        if (account == null || (!answer.succeeded() && !cancelled)) {
            return;
        }
        var meta = mapper.createObjectNode().put("model", answer.model()).put("tokens", answer.tokens());
        if (cancelled) {
            meta.put("cancelled", true);
        }
        store.both(account, asked.at(), asked.question(), answer.text(), meta.toString());
    }
}
