package carafe.engine.llm.local;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the engine (llama.cpp b4916, LLM_ARCH_NAMES and llama_ftype) knows, so that other files are refused unloaded. */
final class Architectures {
    private static final Set<String> CHAT = Set.of(
            "llama",
            "deci",
            "falcon",
            "grok",
            "gpt2",
            "gptj",
            "gptneox",
            "mpt",
            "baichuan",
            "starcoder",
            "refact",
            "bloom",
            "stablelm",
            "qwen",
            "qwen2",
            "qwen2moe",
            "qwen2vl",
            "phi2",
            "phi3",
            "phimoe",
            "plamo",
            "codeshell",
            "orion",
            "internlm2",
            "minicpm",
            "minicpm3",
            "gemma",
            "gemma2",
            "gemma3",
            "starcoder2",
            "mamba",
            "xverse",
            "command-r",
            "cohere2",
            "dbrx",
            "olmo",
            "olmo2",
            "olmoe",
            "openelm",
            "arctic",
            "deepseek",
            "deepseek2",
            "chatglm",
            "bitnet",
            "t5",
            "jais",
            "nemotron",
            "exaone",
            "rwkv6",
            "rwkv6qwen2",
            "rwkv7",
            "arwkv7",
            "granite",
            "granitemoe",
            "chameleon");
    private static final Set<String> OTHER =
            Set.of("bert", "nomic-bert", "jina-bert-v2", "t5encoder", "wavtokenizer-dec", "clip");

    /** By number; the gaps are retired. */
    private static final List<String> QUANTISATIONS = List.of(
            "F32", "F16", "Q4_0", "Q4_1", "", "", "", "Q8_0", "Q5_0", "Q5_1", "Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L",
            "Q4_K_S", "Q4_K_M", "Q5_K_S", "Q5_K_M", "Q6_K", "IQ2_XXS", "IQ2_XS", "Q2_K_S", "IQ3_XS", "IQ3_XXS", "IQ1_S",
            "IQ4_NL", "IQ3_S", "IQ3_M", "IQ2_S", "IQ2_M", "IQ4_XS", "IQ1_M", "BF16", "", "", "", "TQ1_0", "TQ2_0");

    private Architectures() {}

    /** The architecture, if a model of it can chat here. */
    static String check(@Nullable String architecture) {
        if (architecture == null || architecture.isBlank()) {
            throw new BadModelException("The file does not say which architecture its model has.");
        }
        if (OTHER.contains(architecture)) {
            throw new BadModelException("A model of the architecture \"" + architecture + "\" cannot chat.");
        }
        if (!CHAT.contains(architecture)) {
            String shown = architecture.length() > 40 ? architecture.substring(0, 40) + "\u2026" : architecture;
            throw new BadModelException("The model's architecture \"" + shown
                    + "\" is unknown to this engine; it may be newer than the engine. Choose another model, or run this"
                    + " one in a server of its own and connect that.");
        }
        return architecture;
    }

    static @Nullable String quantisation(long type) {
        String name = type < 0 || type >= QUANTISATIONS.size() ? "" : QUANTISATIONS.get((int) type);
        return name.isEmpty() ? null : name;
    }
}
