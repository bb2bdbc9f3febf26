package carafe.engine.llm.local;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The metadata of a GGUF file, and the promise that each of its tensors lies inside the file. */
final class GgufHeader {
    private static final int MOST_PAIRS = 1 << 16;
    private static final int MOST_TENSORS = 1 << 16;
    private static final int MOST_DIMENSIONS = 4;
    private static final int DEEPEST_ARRAY = 4;
    private static final int LONGEST_NAME = 512;
    private static final int LONGEST_TEXT = 1 << 20;
    private static final int LONGEST_KEPT = 1024;
    private static final int LONGEST_TEMPLATE = 256 << 10;

    /** Elements and bytes of a block by tensor type, as ggml of llama.cpp b4916 has them; gaps are retired types. */
    private static final int[][] TYPES = {
        {1, 4},
        {1, 2},
        {32, 18},
        {32, 20},
        {},
        {},
        {32, 22},
        {32, 24},
        {32, 34},
        {32, 36},
        {256, 84},
        {256, 110},
        {256, 144},
        {256, 176},
        {256, 210},
        {256, 292},
        {256, 66},
        {256, 74},
        {256, 98},
        {256, 50},
        {32, 18},
        {256, 110},
        {256, 82},
        {256, 136},
        {1, 1},
        {1, 2},
        {1, 4},
        {1, 8},
        {1, 8},
        {256, 56},
        {1, 2},
        {},
        {},
        {},
        {256, 54},
        {256, 66}
    };

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Long> numbers = new HashMap<>();
    private final Set<String> keys = new HashSet<>();
    private int tensors;

    private GgufHeader() {}

    static GgufHeader read(GgufReader in) throws IOException {
        if (in.size() < 24 || in.i32() != Gguf.MAGIC) {
            throw new BadModelException("This is not a GGUF file.");
        }
        int version = in.i32();
        if (version != 2 && version != 3) {
            throw new BadModelException("The file has GGUF version " + version + "; versions 2 and 3 can be read.");
        }
        GgufHeader header = new GgufHeader();
        long count = in.i64();
        long pairs = in.i64();
        if (count < 1 || count > MOST_TENSORS || pairs < 1 || pairs > MOST_PAIRS) {
            throw new BadModelException("The file's header counts are impossible; it is damaged.");
        }
        for (long i = 0; i < pairs; i++) {
            header.pair(in);
        }
        header.tensors = (int) count;
        header.tensors(in);
        return header;
    }

    boolean has(String key) {
        return keys.contains(key);
    }

    @Nullable
    String text(String key) {
        return texts.get(key);
    }

    long number(String key, long otherwise) {
        return numbers.getOrDefault(key, otherwise);
    }

    int tensors() {
        return tensors;
    }

    private void pair(GgufReader in) throws IOException {
        String key = in.text(LONGEST_NAME);
        if (!keys.add(key)) {
            throw new BadModelException("The file's header names a key twice; it is damaged.");
        }
        int type = in.i32();
        switch (type) {
            case 8 -> {
                String text = in.text(LONGEST_TEXT);
                if (text.length() <= (key.equals(Gguf.TEMPLATE) ? LONGEST_TEMPLATE : LONGEST_KEPT)) {
                    texts.put(key, text);
                }
            }
            case 9 -> array(in, key, 0);
            default -> scalar(in, type, key);
        }
    }

    private void scalar(GgufReader in, int type, String key) throws IOException {
        switch (type) {
            case 0, 1, 7 -> numbers.put(key, (long) in.u8());
            case 2, 3 -> numbers.put(key, (long) in.u16());
            case 4 -> numbers.put(key, Integer.toUnsignedLong(in.i32()));
            case 5 -> numbers.put(key, (long) in.i32());
            case 10, 11 -> numbers.put(key, in.i64());
            case 6 -> in.skip(4);
            case 12 -> in.skip(8);
            default -> throw new BadModelException("The file's header holds a value of unknown type " + type + ".");
        }
    }

    /** Of an array only the largest whole number is kept: per-layer head counts bound the memory that is needed. */
    private void array(GgufReader in, String key, int depth) throws IOException {
        int type = in.i32();
        long count = in.i64();
        if (count < 0 || depth == DEEPEST_ARRAY) {
            throw new BadModelException("The file's header holds an impossible list; it is damaged.");
        }
        in.remaining(count);
        if (type == 9) {
            for (long i = 0; i < count; i++) {
                array(in, key, depth + 1);
            }
        } else if (type == 8) {
            for (long i = 0; i < count; i++) {
                long length = in.i64();
                in.skip(length);
            }
        } else if (type == 4 || type == 5) {
            in.remaining(count * 4);
            long most = Long.MIN_VALUE;
            for (long i = 0; i < count; i++) {
                most = Math.max(most, in.i32());
            }
            numbers.put(key, most);
        } else {
            in.skip(count * width(type));
        }
    }

    private static int width(int type) {
        return switch (type) {
            case 0, 1, 7 -> 1;
            case 2, 3 -> 2;
            case 6 -> 4;
            case 10, 11, 12 -> 8;
            default -> throw new BadModelException("The file's header holds a list of unknown type " + type + ".");
        };
    }

    private void tensors(GgufReader in) throws IOException {
        long alignment = number("general.alignment", 32);
        if (alignment < 1 || alignment > 1 << 16 || Long.bitCount(alignment) != 1) {
            throw new BadModelException("The file states an impossible alignment.");
        }
        long end = 0;
        Set<String> names = new HashSet<>();
        for (int i = 0; i < tensors; i++) {
            if (!names.add(in.text(LONGEST_NAME))) {
                throw new BadModelException("The file names a tensor twice; it is damaged.");
            }
            end = Math.max(end, tensorEnd(in, alignment));
        }
        long start = (in.position() + alignment - 1) / alignment * alignment;
        if (start > in.size() || end > in.size() - start) {
            throw new BadModelException(
                    "The file is shorter than its tensors need; it was not copied or downloaded completely.");
        }
    }

    private static long tensorEnd(GgufReader in, long alignment) throws IOException {
        int dimensions = in.i32();
        if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
            throw new BadModelException("A tensor of the file has an impossible shape.");
        }
        long first = 1;
        long elements = 1;
        try {
            for (int i = 0; i < dimensions; i++) {
                long length = in.i64();
                if (length < 1) {
                    throw new BadModelException("A tensor of the file has an impossible shape.");
                }
                first = i == 0 ? length : first;
                elements = Math.multiplyExact(elements, length);
            }
            int[] block = block(in.i32());
            long offset = in.i64();
            if (offset < 0 || offset % alignment != 0 || first % block[0] != 0) {
                throw new BadModelException("A tensor of the file lies at an impossible place.");
            }
            return Math.addExact(offset, Math.multiplyExact(elements / block[0], (long) block[1]));
        } catch (ArithmeticException tooLarge) {
            throw new BadModelException("A tensor of the file is impossibly large.", tooLarge);
        }
    }

    private static int[] block(int type) {
        if (type < 0 || type >= TYPES.length || TYPES[type].length == 0) {
            throw new BadModelException("The file uses quantisation type " + type
                    + ", which this engine cannot read. Choose another quantisation, for example Q4_K_M.");
        }
        return TYPES[type];
    }
}
