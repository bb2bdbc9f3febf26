package carafe.engine.llm.local.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Turns a chat request into an answer: template, room in the context, a slot, the engine, and an end in every case. */
final class Completions {
    private static final long BEAT_MS = 500;

    private final Engines engines;
    private final Slots slots;
    private final int context;
    private final AtomicInteger abandoned = new AtomicInteger();
    private final Set<Generation> running = ConcurrentHashMap.newKeySet();

    Completions(Engines engines, Slots slots, int context) {
        this.engines = engines;
        this.slots = slots;
        this.context = context;
    }

    /** An IOException means that the client left; nothing runs on for it. */
    void answer(ChatRequest request, String session, Reply reply) throws IOException, InterruptedException {
        String prompt = Prompt.of(engines.any(), request.messages());
        int[] tokens = engines.any().tokens(prompt);
        // one token may be put before the prompt, and one must be left to write
        int room = context - tokens.length - 1;
        if (room < 1) {
            throw new Refusal(
                    400,
                    "context_length_exceeded",
                    "This model's context is " + context + " tokens, and the messages need " + (tokens.length + 1)
                            + " and at least one for the answer. Shorten them or start a new chat.",
                    "messages");
        }
        Integer asked = request.maxTokens();
        int most = asked == null ? room : Math.min(asked, room);
        Slots.Slot slot = await(slots.enter(session), reply);
        try {
            int cached = slot.cached(tokens);
            slot.holds(new int[0]);
            Generation generation = new Generation(
                    engines.of(slot.id()), abandoned, body(request, prompt, most, engines.within(slot.id())));
            relay(generation.start(), request, new Tally(tokens.length, cached, most), slot, tokens, reply);
        } finally {
            slots.release(slot);
        }
    }

    void cancelAll() {
        running.forEach(Generation::cancel);
    }

    private void relay(
            Generation generation, ChatRequest request, Tally tally, Slots.Slot slot, int[] tokens, Reply reply)
            throws IOException, InterruptedException {
        running.add(generation);
        try {
            StringBuilder answer = new StringBuilder();
            while (true) {
                switch (generation.poll(BEAT_MS)) {
                    case null -> reply.beat();
                    case Generation.Event.Text(String piece) -> {
                        tally.add(piece, engines.any());
                        if (request.schema() != null) {
                            answer.append(piece);
                        }
                        reply.text(piece);
                    }
                    case Generation.Event.End(boolean lastEmpty) -> {
                        String reason =
                                tally.reason(lastEmpty, request.sampling().has("stop"));
                        check(request.schema(), answer, reason);
                        reply.end(reason, tally.usage());
                        return;
                    }
                    case Generation.Event.Broken(String message) -> throw new Refusal(400, "engine_refused", message);
                }
            }
        } finally {
            running.remove(generation);
            if (generation.cancel()) {
                slot.holds(tokens);
            }
        }
    }

    private static void check(@Nullable JsonNode schema, CharSequence answer, String reason) {
        if (schema != null && reason.equals("stop") && !ResponseFormat.follows(answer.toString(), schema)) {
            throw new Refusal(502, "invalid_json_output", "The local model's answer does not follow the JSON schema.");
        }
    }

    private Slots.Slot await(CompletableFuture<Slots.Slot> turn, Reply reply) throws IOException, InterruptedException {
        try {
            while (true) {
                try {
                    return turn.get(BEAT_MS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException stillWaiting) {
                    reply.beat();
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (IOException | InterruptedException e) {
            slots.leave(turn);
            throw e;
        }
    }

    private static String body(ChatRequest request, String prompt, int most, int slot) {
        ObjectNode body = request.sampling().deepCopy();
        body.put("prompt", prompt).put("n_predict", most).put("id_slot", slot);
        body.put("stream", true).put("cache_prompt", true);
        if (request.schema() != null) {
            body.set("json_schema", request.schema());
        }
        return body.toString();
    }
}
