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
 * @param quantisation how the weights are stored, such as Q4_K_M, or null when the file does not say
 */
public record Gguf(
        String architecture,
        @Nullable String name,
        @Nullable String licence,
        int context,
        long kvBytesPerToken,
        boolean chatTemplate,
        int tensors,
        @Nullable String quantisation) {
    /** The first bytes of every GGUF file. */
    static final int MAGIC = 0x46554747;

    static final String TEMPLATE = "tokenizer.chat_template";

    private static final int MOST_CONTEXT = 1 << 24;

    /** Reads and checks the header; throws {@link BadModelException} with a sentence for people. */
    public static Gguf read(Path file) throws IOException {
        try (GgufReader reader = new GgufReader(file)) {
            GgufHeader header = GgufHeader.read(reader);
            String architecture = Architectures.check(header.text("general.architecture"));
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
                    header.has(TEMPLATE),
                    header.tensors(),
                    Architectures.quantisation(header.number("general.file_type", -1)));
        }
    }

    /**
     * The longer texts of a header, read when somebody wants to see them.
     *
     * @param licence the licence's name as the file has it, and where its text is, when it says so
     */
    public record Texts(
            @Nullable String chatTemplate,
            @Nullable String licence,
            @Nullable String licenceName,
            @Nullable String licenceLink,
            @Nullable String author,
            @Nullable String description) {}

    /** Reads the texts of a file whose header {@link #read} found sound. */
    public static Texts texts(Path file) throws IOException {
        try (GgufReader reader = new GgufReader(file)) {
            GgufHeader header = GgufHeader.read(reader);
            String author = header.text("general.author");
            return new Texts(
                    header.text(TEMPLATE),
                    header.text("general.license"),
                    header.text("general.license.name"),
                    header.text("general.license.link"),
                    author == null ? header.text("general.organization") : author,
                    header.text("general.description"));
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
