package carafe.engine.llm.local.host;

import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The native engine as this process needs it: requests as raw JSON (the binding's own builder offers neither slot nor
 * schema) and results one by one. Every JSON that enters must be well-formed: native code aborts on anything else.
 */
final class Engine {
    /** One result: the text since the last one, and whether it is the last of its task. */
    record Piece(String text, boolean last) {}

    /** Tokens a batch; bounds how long a prompt may hold up the other sessions, a cancel included. */
    private static final int BATCH = 128;

    private final LlamaModel model;
    private final MethodHandle request;
    private final MethodHandle receive;
    private final MethodHandle cancel;
    private final MethodHandle stop;

    Engine(HostArguments arguments) {
        int slots = arguments.slots() / arguments.engines();
        int threads = Math.max(1, arguments.threads() / arguments.engines());
        model = new LlamaModel(new ModelParameters()
                .setModel(arguments.model().toString())
                .setCtxSize(slots * arguments.context())
                .setParallel(slots)
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setBatchSize(BATCH)
                .setUbatchSize(BATCH)
                .setSlotPromptSimilarity(0)
                .disableContextShift());
        try {
            MethodHandles.Lookup in = MethodHandles.privateLookupIn(LlamaModel.class, MethodHandles.lookup());
            Class<?> type = LlamaModel.class;
            request = in.findVirtual(type, "requestCompletion", MethodType.methodType(int.class, String.class));
            receive = in.findVirtual(type, "receiveCompletion", MethodType.methodType(LlamaOutput.class, int.class));
            cancel = in.findVirtual(type, "cancelCompletion", MethodType.methodType(void.class, int.class));
            stop = in.findGetter(LlamaOutput.class, "stop", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the llama binding is not version 4.2.0", e);
        }
    }

    /** The prompt that the model's chat template makes of {@code {"messages": […]}}. */
    String template(String messagesJson) {
        return model.applyTemplate(messagesJson);
    }

    int[] tokens(String text) {
        return model.encode(text);
    }

    /** Starts a task and returns its number; {@code json} is the body of llama.cpp's own {@code /completion}. */
    int request(String json) {
        try {
            return (int) request.invokeExact(model, json);
        } catch (RuntimeException e) {
            throw new Refusal(400, "engine_refused", "The local engine refused the request: " + e.getMessage());
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /** Waits for the next result, on the calling thread, inside native code: never call it on a virtual thread. */
    Piece receive(int task) {
        try {
            LlamaOutput output = (LlamaOutput) receive.invokeExact(model, task);
            return new Piece(output.text, (boolean) stop.invokeExact(output));
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    /** Ends a task; whoever waits in {@link #receive} for it waits for ever. */
    void cancel(int task) {
        try {
            cancel.invokeExact(model, task);
        } catch (Throwable e) {
            throw rethrow(e);
        }
    }

    private static RuntimeException rethrow(Throwable e) {
        return switch (e) {
            case RuntimeException known -> known;
            case Error error -> throw error;
            default -> new IllegalStateException(e);
        };
    }
}
