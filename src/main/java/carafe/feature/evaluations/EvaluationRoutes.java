package carafe.feature.evaluations;

import carafe.feature.accounts.Account;
import carafe.feature.accounts.Accounts;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Page;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Ratings, at the paths and with the shapes of Open WebUI ({@code /api/v1/evaluations}); times there are epoch seconds. */
public final class EvaluationRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final Rule WRITE = USER.withMaxBody(8 * Rule.MEBIBYTE);
    private static final String EVALUATIONS = "/api/v1/evaluations";
    private static final String FEEDBACK = EVALUATIONS + "/feedback/{id}";
    private static final int PAGE = 30;
    private static final int CHUNK = 100;
    private static final int MAX_JSON = 64 * 1024;
    private static final int MAX_SNAPSHOT = 4 << 20;
    private static final int MOST_A_PERSON = 50_000;
    private static final int MOST_DAYS = 3_660;

    private final Accounts accounts;
    private final FeedbackStore store;
    private final Body body;
    private final Ids ids;
    private final Clock clock;

    public EvaluationRoutes(Db db, Accounts accounts, Body body, Ids ids, Clock clock) {
        this.accounts = accounts;
        this.store = new FeedbackStore(db, clock);
        this.clock = clock;
        this.body = body;
        this.ids = ids;
    }

    public void register(Routes routes) {
        routes.get(EVALUATIONS + "/leaderboard", ADMIN, this::leaderboard);
        routes.get(EVALUATIONS + "/leaderboard/<model>/history", ADMIN, this::days);
        routes.get(EVALUATIONS + "/config", ADMIN, EvaluationRoutes::config);
        routes.post(EVALUATIONS + "/config", ADMIN, this::setConfig);
        routes.get(EVALUATIONS + "/feedbacks/models", ADMIN, ctx -> ctx.json(store.models()));
        routes.get(EVALUATIONS + "/feedbacks/all/ids", ADMIN, this::allIds);
        routes.get(EVALUATIONS + "/feedbacks/all/export", ADMIN, this::export);
        routes.get(EVALUATIONS + "/feedbacks/all", ADMIN, this::export);
        routes.delete(EVALUATIONS + "/feedbacks/all", ADMIN, this::deleteAll);
        routes.get(EVALUATIONS + "/feedbacks/user", USER, this::own);
        routes.delete(EVALUATIONS + "/feedbacks", USER, this::deleteOwn);
        routes.get(EVALUATIONS + "/feedbacks/list", ADMIN, this::list);
        routes.post(EVALUATIONS + "/feedback", WRITE, this::create);
        routes.get(FEEDBACK, USER, ctx -> ctx.json(json(feedback(ctx), true)));
        routes.post(FEEDBACK, WRITE, this::update);
        routes.delete(FEEDBACK, USER, this::delete);
    }

    private void leaderboard(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode();
        answer.set("entries", new Ranking(store.ranked(), Page.query(ctx)).entries());
        ctx.json(answer);
    }

    /** Good and bad ratings of a model, day by day (UTC) until today; {@code days} 0: from its first one on. */
    private void days(Context ctx) {
        var asked = Optional.ofNullable(ctx.queryParam("days")).orElse("30");
        if (!asked.matches("\\d{1,4}") || Integer.parseInt(asked) > MOST_DAYS) {
            throw new Problem.Unprocessable("'days' must be from 0 to " + MOST_DAYS + ".", "days");
        }
        var model = ctx.pathParam("model");
        var today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        var ratings = store.ratingsOf(model);
        int days = Integer.parseInt(asked);
        var first =
                days > 0 ? today.minusDays(days - 1L) : ratings.isEmpty() ? today.plusDays(1) : day(ratings.getFirst());
        first = first.isBefore(today.minusDays(MOST_DAYS)) ? today.minusDays(MOST_DAYS) : first;
        var won = new HashMap<LocalDate, Integer>();
        var lost = new HashMap<LocalDate, Integer>();
        for (var rating : ratings) {
            int verdict = rating.data().path("rating").asInt(0);
            if (verdict != 0) {
                (verdict > 0 ? won : lost).merge(day(rating), 1, Integer::sum);
            }
        }
        var answer = JsonNodeFactory.instance.objectNode().put("model_id", model);
        var history = answer.putArray("history");
        for (var day = first; !day.isAfter(today); day = day.plusDays(1)) {
            history.addObject()
                    .put("date", day.toString())
                    .put("won", won.getOrDefault(day, 0))
                    .put("lost", lost.getOrDefault(day, 0));
        }
        ctx.json(answer);
    }

    private static LocalDate day(Feedback rating) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(rating.createdAt()), ZoneOffset.UTC);
    }

    /** Models that hide behind others are not here. */
    private static void config(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode().put("ENABLE_EVALUATION_ARENA_MODELS", false);
        answer.putArray("EVALUATION_ARENA_MODELS");
        ctx.json(answer);
    }

    private void setConfig(Context ctx) {
        var fields = body.fields(ctx);
        if (fields.optionalBool("ENABLE_EVALUATION_ARENA_MODELS").orElse(false)) {
            throw new Problem.BadRequest("There are no arena models here.", "ENABLE_EVALUATION_ARENA_MODELS");
        }
        fields.optionalArray("EVALUATION_ARENA_MODELS"); // only for its complaint
        config(ctx);
    }

    private void list(Context ctx) {
        var model = Optional.ofNullable(ctx.queryParam("model_id")).orElse("");
        var wanted = Optional.ofNullable(ctx.queryParam("order_by")).orElse("");
        var order = Arrays.stream(FeedbackStore.Order.values())
                .filter(known -> known.name().equalsIgnoreCase(wanted))
                .findFirst()
                .orElse(wanted.equals("model_id") ? FeedbackStore.Order.MODEL : FeedbackStore.Order.UPDATED_AT);
        boolean ascending = "asc".equalsIgnoreCase(ctx.queryParam("direction"));
        answer(ctx, store.page(model, order, ascending, PAGE, Page.offset(ctx, PAGE)), store.count(model));
    }

    private void own(Context ctx) {
        var id = Caller.of(ctx).person().id();
        answer(ctx, store.ofAccount(id, PAGE, Page.offset(ctx, PAGE)), store.countOfAccount(id));
    }

    private void answer(Context ctx, List<Feedback> page, long total) {
        var known = new HashMap<String, Optional<Account>>();
        var answer = JsonNodeFactory.instance.objectNode();
        var items = answer.putArray("items");
        for (var feedback : page) {
            var item = json(feedback, false);
            var owner = known.computeIfAbsent(feedback.accountId(), accounts.store()::find);
            owner.ifPresentOrElse(
                    account -> item.putPOJO(
                            "user",
                            Map.of(
                                    "id", account.id(),
                                    "name", account.name(),
                                    "email", account.email(),
                                    "role", account.role().wire())),
                    () -> item.putNull("user"));
            items.add(item);
        }
        ctx.json(answer.put("total", total));
    }

    private void allIds(Context ctx) {
        var list = JsonNodeFactory.instance.arrayNode();
        for (var feedback : store.page("", FeedbackStore.Order.UPDATED_AT, false, FeedbackStore.RANKED, 0)) {
            list.addObject()
                    .put("id", feedback.id())
                    .put("user_id", feedback.accountId())
                    .put("created_at", feedback.createdAt() / 1000)
                    .put("updated_at", feedback.updatedAt() / 1000);
        }
        ctx.json(list);
    }

    /** Written as it is read: snapshots are large. */
    private void export(Context ctx) throws IOException {
        var model = Optional.ofNullable(ctx.queryParam("model_id")).orElse("");
        ctx.res().setContentType("application/json");
        var out = ctx.res().getOutputStream();
        var last = "";
        var separator = "[";
        List<Feedback> chunk;
        do {
            chunk = store.whole(model, last, CHUNK);
            for (var feedback : chunk) {
                out.write((separator + json(feedback, true)).getBytes(java.nio.charset.StandardCharsets.UTF_8));
                separator = ",";
                last = feedback.id();
            }
        } while (chunk.size() == CHUNK);
        out.write((separator.equals("[") ? "[]" : "]").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private void create(Context ctx) {
        var accountId = Caller.of(ctx).person().id();
        if (store.countOfAccount(accountId) >= MOST_A_PERSON) {
            throw new Problem.BadRequest("You have rated " + MOST_A_PERSON + " answers, which is the most.");
        }
        var feedback = read(body.fields(ctx), ids.next(), accountId);
        store.insert(feedback);
        ctx.json(json(found(feedback.id()), true));
    }

    private void update(Context ctx) {
        var old = feedback(ctx);
        store.update(read(body.fields(ctx), old.id(), old.accountId()));
        ctx.json(json(found(old.id()), true));
    }

    private void delete(Context ctx) {
        store.delete(feedback(ctx).id());
        ctx.json(true);
    }

    private void deleteOwn(Context ctx) {
        ctx.json(store.deleteOf(Caller.of(ctx).person().id()) >= 0);
    }

    private void deleteAll(Context ctx) {
        store.deleteAll();
        ctx.json(true);
    }

    /** One's own; admins see everybody's. */
    private Feedback feedback(Context ctx) {
        var feedback = found(ctx.pathParam("id"));
        if (!Caller.of(ctx).isAdmin()
                && !feedback.accountId().equals(Caller.of(ctx).person().id())) {
            throw new Problem.NotFound("feedback");
        }
        return feedback;
    }

    private Feedback found(String id) {
        return store.find(id).orElseThrow(() -> new Problem.NotFound("feedback"));
    }

    private static Feedback read(Fields fields, String id, String accountId) {
        var type = fields.text("type", 50);
        var data = object(fields, "data", MAX_JSON);
        var rating = data.path("rating");
        if (!rating.isMissingNode()
                && !rating.isNull()
                && !Set.of("1", "-1", "0").contains(rating.asText())) {
            throw new Problem.Unprocessable("'data.rating' must be 1 or -1.", "data.rating");
        }
        if (data.path("model_id").asText("").length() > 256) {
            throw new Problem.Unprocessable("'data.model_id' is longer than 256 characters.", "data.model_id");
        }
        return new Feedback(
                id,
                accountId,
                type,
                data,
                object(fields, "meta", MAX_JSON),
                object(fields, "snapshot", MAX_SNAPSHOT),
                0,
                0);
    }

    private static ObjectNode object(Fields fields, String name, int most) {
        var node = fields.optionalObject(name).map(Fields::node).orElseGet(JsonNodeFactory.instance::objectNode);
        if (node.toString().length() > most) {
            throw new Problem.Unprocessable("'" + name + "' is more than can be kept here.", name);
        }
        return node;
    }

    private static ObjectNode json(Feedback feedback, boolean whole) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("id", feedback.id())
                .put("user_id", feedback.accountId())
                .put("version", 0)
                .put("type", feedback.type())
                .put("created_at", feedback.createdAt() / 1000)
                .put("updated_at", feedback.updatedAt() / 1000);
        node.set("data", feedback.data());
        node.set("meta", feedback.meta());
        if (whole) {
            node.set("snapshot", feedback.snapshot());
        }
        return node;
    }
}
