package carafe.engine.llm.local.host;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Where an answer goes, in the OpenAI API's shapes. An IOException means that the client left. */
sealed interface Reply {
    /** Tokens read, written, and of those read how many the slot held already. */
    record Usage(int prompt, int completion, int cached) {
        private ObjectNode json() {
            ObjectNode usage = JsonNodeFactory.instance.objectNode();
            usage.put("prompt_tokens", prompt);
            usage.put("completion_tokens", completion);
            usage.put("total_tokens", prompt + completion);
            usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
            return usage;
        }
    }

    void text(String piece) throws IOException;

    /** Called while nothing is to be said, so that a client that left is noticed. */
    void beat() throws IOException;

    void end(String reason, Usage usage) throws IOException;

    /** Ends with an error; true when it could still be said, false when the caller must answer. */
    boolean fail(Refusal refusal) throws IOException;

    /** Chunks as they come. */
    final class Stream implements Reply {
        private final HttpExchange exchange;
        private final Head head;
        private final boolean includeUsage;
        private boolean open;
        private boolean begun;

        Stream(HttpExchange exchange, Head head, boolean includeUsage) {
            this.exchange = exchange;
            this.head = head;
            this.includeUsage = includeUsage;
        }

        @Override
        public void text(String piece) throws IOException {
            begin();
            if (!piece.isEmpty()) {
                ObjectNode chunk = chunk();
                choice(chunk).putObject("delta").put("content", piece);
                send("data: " + chunk + "\n\n");
            }
        }

        @Override
        public void beat() throws IOException {
            send(": waiting\n\n");
        }

        @Override
        public void end(String reason, Usage usage) throws IOException {
            begin();
            ObjectNode last = chunk();
            ObjectNode choice = choice(last);
            choice.putObject("delta");
            choice.put("finish_reason", reason);
            send("data: " + last + "\n\n");
            if (includeUsage) {
                ObjectNode chunk = chunk();
                chunk.putArray("choices");
                chunk.set("usage", usage.json());
                send("data: " + chunk + "\n\n");
            }
            send("data: [DONE]\n\n");
        }

        @Override
        public boolean fail(Refusal refusal) throws IOException {
            if (open) {
                send("data: " + Wire.error(refusal) + "\n\n");
            }
            return open;
        }

        private void begin() throws IOException {
            if (!begun) {
                begun = true;
                ObjectNode first = chunk();
                choice(first).putObject("delta").put("role", "assistant").put("content", "");
                send("data: " + first + "\n\n");
            }
        }

        private ObjectNode chunk() {
            ObjectNode chunk = head.json("chat.completion.chunk");
            if (includeUsage) {
                chunk.putNull("usage");
            }
            return chunk;
        }

        private static ObjectNode choice(ObjectNode chunk) {
            return chunk.putArray("choices").addObject().put("index", 0).putNull("finish_reason");
        }

        private void send(String event) throws IOException {
            if (!open) {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
                exchange.getResponseHeaders().set("Cache-Control", "no-cache");
                exchange.sendResponseHeaders(200, 0);
                open = true;
            }
            OutputStream out = exchange.getResponseBody();
            out.write(event.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    /**
     * One object at the end. While it is in the making, spaces are sent, which JSON allows before a value: without a
     * write nobody notices that the client left. They fix the status, so an answer that may still be refused sends none.
     */
    final class Whole implements Reply {
        private static final long FIRST_SPACE_NS = 1_000_000_000;
        private static final long NEXT_SPACE_NS = 500_000_000;

        private final HttpExchange exchange;
        private final Head head;
        private final boolean mayRefuse;
        private final StringBuilder text = new StringBuilder();
        private long next = System.nanoTime() + FIRST_SPACE_NS;
        private boolean open;

        Whole(HttpExchange exchange, Head head, boolean mayRefuse) {
            this.exchange = exchange;
            this.head = head;
            this.mayRefuse = mayRefuse;
        }

        @Override
        public void text(String piece) throws IOException {
            text.append(piece);
            beat();
        }

        @Override
        public void beat() throws IOException {
            if (mayRefuse || System.nanoTime() - next < 0) {
                return;
            }
            if (!open) {
                Wire.begin(exchange);
                open = true;
            }
            next = System.nanoTime() + NEXT_SPACE_NS;
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
        }

        @Override
        public void end(String reason, Usage usage) throws IOException {
            ObjectNode body = head.json("chat.completion");
            ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
            choice.putObject("message")
                    .put("role", "assistant")
                    .put("content", text.toString())
                    .putNull("refusal");
            choice.putNull("logprobs").put("finish_reason", reason);
            body.set("usage", usage.json());
            finish(200, body);
        }

        @Override
        public boolean fail(Refusal refusal) throws IOException {
            if (open) {
                finish(refusal.status(), Wire.error(refusal));
            }
            return open;
        }

        private void finish(int status, ObjectNode body) throws IOException {
            if (open) {
                exchange.getResponseBody().write(body.toString().getBytes(StandardCharsets.UTF_8));
            } else {
                Wire.send(exchange, status, body);
            }
        }
    }

    /** What every object of an answer carries. */
    record Head(String id, long created, String model) {
        private ObjectNode json(String object) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("id", id)
                    .put("object", object)
                    .put("created", created)
                    .put("model", model);
        }
    }
}
