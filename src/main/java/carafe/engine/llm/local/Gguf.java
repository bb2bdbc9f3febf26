package carafe.engine.llm.local;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a GGUF file says about itself. An instance exists only for a file whose header is sound and whose tensors all
 * lie inside the file, so that native code never sees another.
 *
 * @param context tokens the model was trained for, at least 1
 * @param kvBytesPerToken memory of one token of context at 16 bits, an estimate from layers and heads
 * @param chatTemplate whether the file brings a chat template
 */
public record Gguf(
        String architecture,
        @Nullable String name,
        @Nullable String licence,
        int context,
        long kvBytesPerToken,
        boolean chatTemplate,
        int tensors) {
    /** The first bytes of every GGUF file. */
    static final int MAGIC = 0x46554747;

    private static final int MOST_CONTEXT = 1 << 24;

    /** Reads and checks the header; throws {@link BadModelException} with a sentence for people. */
    public static Gguf read(Path file) throws IOException {
        try (GgufReader reader = new GgufReader(file)) {
            GgufHeader header = GgufHeader.read(reader);
            String architecture = header.text("general.architecture");
            if (architecture == null || architecture.isBlank()) {
                throw new BadModelException("The file does not say which architecture its model has.");
            }
            if (header.number("split.count", 1) > 1) {
                throw new BadModelException("The file is one part of a split model. Merge the parts first.");
            }
            if (!header.has("tokenizer.ggml.model")) {
                throw new BadModelException("The file holds no tokenizer, so it is not a language model of its own.");
            }
            long context = header.number(architecture + ".context_length", 2048);
            if (context < 1 || context > MOST_CONTEXT) {
                throw new BadModelException("The file states an impossible context of " + context + " tokens.");
            }
            return new Gguf(
                    architecture,
                    header.text("general.name"),
                    header.text("general.license"),
                    (int) context,
                    kvBytes(header, architecture),
                    header.has("tokenizer.chat_template"),
                    header.tensors());
        }
    }

    private static long kvBytes(GgufHeader header, String architecture) {
        long layers = sane(header.number(architecture + ".block_count", 0));
        long width = sane(header.number(architecture + ".embedding_length", 0));
        long heads = Math.max(1, sane(header.number(architecture + ".attention.head_count", 1)));
        long kvHeads = sane(header.number(architecture + ".attention.head_count_kv", heads));
        long key = sane(header.number(architecture + ".attention.key_length", width / heads));
        long value = sane(header.number(architecture + ".attention.value_length", width / heads));
        return layers * kvHeads * (key + value) * 2;
    }

    private static long sane(long count) {
        if (count < 0 || count > 1 << 20) {
            throw new BadModelException("The file states impossible dimensions.");
        }
        return count;
    }
}
