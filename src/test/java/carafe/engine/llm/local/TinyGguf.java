package carafe.engine.llm.local;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A language model of some hundred kilobytes that llama.cpp loads: one layer of random weights over bytes and lower-case
 * letters. It babbles letters without end and is the same on every machine; about 30 kB of context fit into a megabyte.
 */
public final class TinyGguf {
    private static final int WIDTH = 32;
    private static final int HEADS = 2;
    private static final int INNER = 64;
    private static final int TEXT = 8;
    private static final int ARRAY = 9;

    private static final class Tensor {
        private final String name;
        private final int[] shape;
        private final float[] values;

        private Tensor(String name, int[] shape, float[] values) {
            this.name = name;
            this.shape = shape;
            this.values = values;
        }
    }

    private final Map<String, byte[]> metadata = new LinkedHashMap<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<String> vocabulary = new ArrayList<>();
    private final Random random = new Random(42);

    private TinyGguf(int context) {
        vocabulary();
        describe(context);
        weights();
    }

    /** Writes a model with a context of so many tokens and returns its path. */
    public static Path write(Path file, int context) {
        try {
            return Files.write(file, bytes(context));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file's bytes. */
    public static byte[] bytes(int context) {
        return new TinyGguf(context).encode();
    }

    private void vocabulary() {
        vocabulary.addAll(List.of("<unk>", "<s>", "</s>"));
        for (int b = 0; b < 256; b++) {
            vocabulary.add(String.format("<0x%02X>", b));
        }
        vocabulary.add("\u2581");
        for (char letter = 'a'; letter <= 'z'; letter++) {
            vocabulary.add(String.valueOf(letter));
        }
    }

    private void describe(int context) {
        metadata.put("general.architecture", text("llama"));
        metadata.put("general.name", text("Tiny Babbler"));
        metadata.put("general.license", text("mit"));
        metadata.put("llama.context_length", u32(context));
        metadata.put("llama.embedding_length", u32(WIDTH));
        metadata.put("llama.block_count", u32(1));
        metadata.put("llama.feed_forward_length", u32(INNER));
        metadata.put("llama.attention.head_count", u32(HEADS));
        metadata.put("llama.attention.head_count_kv", u32(HEADS));
        metadata.put("llama.rope.dimension_count", u32(WIDTH / HEADS));
        metadata.put("llama.attention.layer_norm_rms_epsilon", f32(1e-5f));
        metadata.put("tokenizer.ggml.model", text("llama"));
        metadata.put(
                "tokenizer.ggml.tokens",
                array(TEXT, vocabulary.stream().map(TinyGguf::string).toList()));
        metadata.put(
                "tokenizer.ggml.scores",
                array(6, vocabulary.stream().map(token -> floats(-1f)).toList()));
        metadata.put(
                "tokenizer.ggml.token_type",
                array(5, vocabulary.stream().map(token -> i32(kind(token))).toList()));
        metadata.put("tokenizer.ggml.bos_token_id", u32(1));
        metadata.put("tokenizer.ggml.eos_token_id", u32(2));
        metadata.put("tokenizer.ggml.unknown_token_id", u32(0));
        metadata.put(
                "tokenizer.chat_template",
                text(
                        "{% for m in messages %}{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n'}}{% endfor %}"));
    }

    private void weights() {
        int size = vocabulary.size();
        tensors.add(tensor("token_embd.weight", 1f, WIDTH, size));
        tensors.add(ones("output_norm.weight"));
        Tensor output = tensor("output.weight", 1f, WIDTH, size);
        // only letters are ever likely: no end of answer, no broken characters
        Arrays.fill(output.values, 0, (size - 26) * WIDTH, 0f);
        tensors.add(output);
        tensors.add(ones("blk.0.attn_norm.weight"));
        for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output")) {
            tensors.add(tensor("blk.0." + name + ".weight", 0.3f, WIDTH, WIDTH));
        }
        tensors.add(ones("blk.0.ffn_norm.weight"));
        tensors.add(tensor("blk.0.ffn_gate.weight", 0.3f, WIDTH, INNER));
        tensors.add(tensor("blk.0.ffn_up.weight", 0.3f, WIDTH, INNER));
        tensors.add(tensor("blk.0.ffn_down.weight", 0.3f, INNER, WIDTH));
    }

    private byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        out.writeBytes(i32(3));
        out.writeBytes(u64(tensors.size()));
        out.writeBytes(u64(metadata.size()));
        metadata.forEach((key, value) -> {
            out.writeBytes(string(key));
            out.writeBytes(value);
        });
        long offset = 0;
        for (Tensor tensor : tensors) {
            out.writeBytes(string(tensor.name));
            out.writeBytes(i32(tensor.shape.length));
            for (int length : tensor.shape) {
                out.writeBytes(u64(length));
            }
            out.writeBytes(i32(0));
            out.writeBytes(u64(offset));
            offset += tensor.values.length * 4L;
        }
        // every tensor's size is a multiple of the alignment already
        out.writeBytes(new byte[(32 - out.size() % 32) % 32]);
        tensors.forEach(tensor -> out.writeBytes(floats(tensor.values)));
        return out.toByteArray();
    }

    private Tensor tensor(String name, float scale, int... shape) {
        float[] values = new float[shape[0] * shape[1]];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() * scale;
        }
        return new Tensor(name, shape, values);
    }

    private static Tensor ones(String name) {
        float[] values = new float[WIDTH];
        Arrays.fill(values, 1f);
        return new Tensor(name, new int[] {WIDTH}, values);
    }

    private static int kind(String token) {
        return switch (token) {
            case "<unk>" -> 2;
            case "<s>", "</s>" -> 3;
            default -> token.startsWith("<0x") ? 6 : 1;
        };
    }

    private static byte[] floats(float... values) {
        byte[] bytes = new byte[values.length * 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return bytes;
    }

    private static byte[] text(String text) {
        return join(i32(TEXT), string(text));
    }

    private static byte[] u32(int value) {
        return join(i32(4), i32(value));
    }

    private static byte[] f32(float value) {
        return join(i32(6), floats(value));
    }

    private static byte[] array(int type, List<byte[]> items) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(i32(ARRAY));
        out.writeBytes(i32(type));
        out.writeBytes(u64(items.size()));
        items.forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static byte[] string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return join(u64(bytes.length), bytes);
    }

    private static byte[] u64(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0, value)
                .array();
    }

    private static byte[] i32(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0, value)
                .array();
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(first);
        out.writeBytes(second);
        return out.toByteArray();
    }
}
