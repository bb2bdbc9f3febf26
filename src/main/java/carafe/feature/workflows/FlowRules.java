package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.platform.db.DbException;
import carafe.platform.http.Access;
import carafe.platform.http.FlowSid;
import carafe.platform.http.Problem;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the routes of the workflow API have in common: their rule, their ids, their envelopes. */
final class FlowRules {
    static final Rule RULE = Rule.of(Surface.FLOW, Access.FLOW).withMaxBody(24 * Rule.MEBIBYTE);

    private static final Logger log = LoggerFactory.getLogger(FlowRules.class);

    private FlowRules() {}

    /** Gives the request its sid, and failures their numbers. */
    static Handler with(Sids sids, Handler handler) {
        return ctx -> {
            FlowSid.set(ctx, sids.sid());
            try {
                handler.handle(ctx);
            } catch (FlowFailure e) {
                throw new Problem.Flow(e.number(), e.explain());
            } catch (DbException | UncheckedIOException e) {
                log.error("request failed path={}", ctx.path(), e);
                var full = e instanceof DbException db && db.kind() == DbException.Kind.FULL;
                throw new Problem.Flow(
                        FlowCode.DATABASE.number(), FlowCode.DATABASE.explain(full ? "there is no room left" : ""));
            }
        };
    }

    static String sid(Context ctx) {
        return FlowSid.of(ctx);
    }

    /** {@code {code: 0, message, data?, sid}}; without data when it is empty. */
    static void success(Context ctx, @Nullable JsonNode data) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("code", 0).put("message", "success");
        boolean empty = data == null
                || data.isNull()
                || (data.isContainerNode() ? data.isEmpty() : data.asText().isEmpty());
        if (!empty) {
            answer.set("data", data);
        }
        ctx.json(answer.put("sid", sid(ctx)));
    }

    /** The complaint about one field, in the words that clients of this API know. */
    static Problem invalid(String where, JsonNode input, String error, String kind) {
        var shown = input.isMissingNode() ? "null" : input.toString();
        return new Problem.Flow(
                460,
                "Parameter: " + where + ", Input: " + (shown.length() > 200 ? shown.substring(0, 200) + "…" : shown)
                        + ", Error: " + error + " (" + kind + ")");
    }

    static String text(ObjectNode body, String name, int most) {
        var value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            throw invalid("body->" + name, value, "Field required", "missing");
        }
        var text = optional(body, name, most, "");
        if (text.isEmpty()) {
            throw invalid("body->" + name, value, "String should have at least 1 character", "string_too_short");
        }
        return text;
    }

    /** Numbers are taken for their digits: some clients send ids so. */
    static String optional(ObjectNode body, String name, int most, String fallback) {
        var value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return fallback;
        }
        if (!value.isTextual() && !value.isIntegralNumber()) {
            throw invalid("body->" + name, value, "Input should be a valid string", "string_type");
        }
        var text = value.asText();
        if (text.length() > most) {
            throw invalid(
                    "body->" + name, value, "String should have at most " + most + " characters", "string_too_long");
        }
        return text;
    }

    static @Nullable Integer number(ObjectNode body, String name, int min, int max) {
        var value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber()
                && !(value.isTextual() && value.textValue().matches("-?\\d{1,9}"))) {
            throw invalid("body->" + name, value, "Input should be a valid integer", "int_parsing");
        }
        int number = value.asInt();
        if (number < min || number > max) {
            throw invalid("body->" + name, value, "Input should be from " + min + " to " + max, "value_error");
        }
        return number;
    }

    static ObjectNode object(ObjectNode body, String name) {
        var value = body.path(name);
        if (value instanceof ObjectNode object) {
            return object;
        }
        throw value.isMissingNode() || value.isNull()
                ? invalid("body->" + name, value, "Field required", "missing")
                : invalid("body->" + name, value, "Input should be a valid dictionary", "dict_type");
    }
}
