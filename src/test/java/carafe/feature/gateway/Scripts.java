package carafe.feature.gateway;

import carafe.ScriptedUpstream.Answer;

/** The same answer in the words of each protocol: a thought, a text, two tool calls, and counts of 20 (4 cached) and 9. */
final class Scripts {
    private Scripts() {}

    static final Answer OPENAI_STREAM = Answer.events(
            "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"reasoning_content\":\"Hm.\"},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüß \"},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Gott\"},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_a\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Ulm\\\"}\"}}]},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"call_b\",\"type\":\"function\",\"function\":{\"name\":\"time\",\"arguments\":\"{}\"}}]},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n",
            "data: [DONE]\n\n");

    static final Answer OPENAI_WHOLE = Answer.json("""
            {"id":"c1","model":"m","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant",
            "reasoning_content":"Hm.","content":"Grüß Gott","tool_calls":[
            {"id":"call_a","type":"function","function":{"name":"weather","arguments":"{\\"city\\":\\"Ulm\\"}"}},
            {"id":"call_b","type":"function","function":{"name":"time","arguments":"{}"}}]}}],
            "usage":{"prompt_tokens":20,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":4}}}""");

    private static String event(String type, String rest) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + rest + "}\n\n";
    }

    static final Answer ANTHROPIC_STREAM = Answer.events(
            event(
                    "message_start",
                    ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":16,\"cache_read_input_tokens\":4,\"output_tokens\":1}}"),
            event("ping", ""),
            event(
                    "content_block_start",
                    ",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
            event("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"Hm.\"}"),
            event(
                    "content_block_delta",
                    ",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"sig==\"}"),
            event("content_block_stop", ",\"index\":0"),
            event("content_block_start", ",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
            event("content_block_delta", ",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"Grüß \"}"),
            event("content_block_delta", ",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"Gott\"}"),
            event("content_block_stop", ",\"index\":1"),
            event(
                    "content_block_start",
                    ",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"call_a\",\"name\":\"weather\",\"input\":{}}"),
            event(
                    "content_block_delta",
                    ",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\"}"),
            event(
                    "content_block_delta",
                    ",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\":\"}"),
            event(
                    "content_block_delta",
                    ",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"Ulm\\\"}\"}"),
            event("content_block_stop", ",\"index\":2"),
            event(
                    "content_block_start",
                    ",\"index\":3,\"content_block\":{\"type\":\"tool_use\",\"id\":\"call_b\",\"name\":\"time\",\"input\":{}}"),
            event(
                    "content_block_delta",
                    ",\"index\":3,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}"),
            event("content_block_stop", ",\"index\":3"),
            event(
                    "message_delta",
                    ",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}"),
            event("message_stop", ""));

    static final Answer ANTHROPIC_WHOLE = Answer.json("""
            {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[
            {"type":"thinking","thinking":"Hm.","signature":"sig=="},{"type":"text","text":"Grüß Gott"},
            {"type":"tool_use","id":"call_a","name":"weather","input":{"city":"Ulm"}},
            {"type":"tool_use","id":"call_b","name":"time","input":{}}],"stop_reason":"tool_use","stop_sequence":null,
            "usage":{"input_tokens":16,"cache_read_input_tokens":4,"output_tokens":9}}""");

    static final Answer OLLAMA_STREAM = Answer.lines(
            "{\"model\":\"m\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Hm.\"},\"done\":false}\n",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"Grüß \"},\"done\":false}\n",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"Gott\"},\"done\":false}\n",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"call_a\",\"function\":{\"name\":\"weather\",\"arguments\":{\"city\":\"Ulm\"}}},{\"id\":\"call_b\",\"function\":{\"name\":\"time\",\"arguments\":{}}}]},\"done\":false}\n",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":20,\"eval_count\":9}\n");

    static final Answer OLLAMA_WHOLE = Answer.json("""
            {"model":"m","message":{"role":"assistant","content":"Grüß Gott","thinking":"Hm.","tool_calls":[
            {"id":"call_a","function":{"name":"weather","arguments":{"city":"Ulm"}}},
            {"id":"call_b","function":{"name":"time","arguments":{}}}]},"done":true,"done_reason":"stop",
            "prompt_eval_count":20,"eval_count":9}""");
}
