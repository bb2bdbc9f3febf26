package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The OpenAI API's older completions of a plain text (platform.openai.com/docs/api-reference/completions). */
final class CompletionWriter implements AnswerWriter {
    private final ObjectMapper mapper;
    private final String id;
    private final String model;
    private final long created;
    private final boolean withUsage;
    private final Collected seen = new Collected();

    CompletionWriter(ObjectMapper mapper, String id, String model, long created, boolean withUsage) {
        this.mapper = mapper;
        this.id = "cmpl-" + id;
        this.model = model;
        this.created = created;
        this.withUsage = withUsage;
    }

    @Override
    public void event(LlmEvent event, ResponseStream out) throws ClientGone {
        seen.add(event);
        if (event instanceof LlmEvent.Text(var text, var _)) {
            out.data(choice(text, null).toString());
        } else if (event instanceof LlmEvent.Done(var reason)) {
            out.data(choice("", reason(reason)).toString());
            if (withUsage) {
                var last = head();
                last.putArray("choices");
                usage(last, seen.usage());
                out.data(last.toString());
            }
            out.data("[DONE]");
        }
    }

    private ObjectNode head() {
        return mapper.createObjectNode()
                .put("id", id)
                .put("object", "text_completion")
                .put("created", created)
                .put("model", model);
    }

    private ObjectNode choice(String text, @Nullable String reason) {
        var whole = head();
        whole.putArray("choices")
                .addObject()
                .put("index", 0)
                .put("text", text)
                .putNull("logprobs")
                .put("finish_reason", reason);
        return whole;
    }

    private static String reason(String reason) {
        return reason.equals("length") || reason.equals("content_filter") ? reason : "stop";
    }

    private static void usage(ObjectNode to, LlmEvent.Usage usage) {
        to.putObject("usage")
                .put("prompt_tokens", usage.input())
                .put("completion_tokens", usage.output())
                .put("total_tokens", usage.input() + usage.output());
    }

    @Override
    public ObjectNode whole(Collected answer) {
        var whole = choice(answer.text(), reason(answer.reason()));
        usage(whole, answer.usage());
        return whole;
    }
}
