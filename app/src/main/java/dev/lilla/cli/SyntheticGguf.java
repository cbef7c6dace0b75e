package dev.lilla.cli;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.Norm;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.SyntheticModel;
import dev.lilla.store.CatalogModel;
import dev.lilla.store.ModelShape;
import dev.lilla.tensor.ElementType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A synthetic model as a GGUF file, so that other engines can be measured on the very same weights.
///
/// Keys as llama.cpp's converter writes them (`convert_hf_to_gguf.py`), and a made-up SentencePiece vocabulary: the
/// special tokens, the bytes, letters, and words without meaning up to the size of the real one.
final class SyntheticGguf {
    /// Families whose tensors have the same names and shapes in GGUF, with the architecture they are written as.
    private static final Map<String, String> ARCHITECTURES = Map.of(
            "llama", "llama",
            "mistral", "llama",
            "qwen2", "qwen2",
            "qwen3", "qwen3",
            "gemma", "gemma",
            "gemma2", "gemma2");

    /// Types of [ConversionType] that keep one element type but for the head.
    private static final Set<ConversionType> PLAIN = Set.of(
            ConversionType.F32,
            ConversionType.F16,
            ConversionType.BF16,
            ConversionType.Q8_0,
            ConversionType.Q4_0,
            ConversionType.Q4_1,
            ConversionType.Q5_0,
            ConversionType.Q5_1,
            ConversionType.Q2_K,
            ConversionType.Q3_K_S,
            ConversionType.Q4_K_S,
            ConversionType.Q5_K_S,
            ConversionType.Q6_K,
            ConversionType.IQ4_NL,
            ConversionType.IQ4_XS);

    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int BYTE = 6;

    private final CatalogModel known;
    private final String architecture;
    private final DecoderSpec spec;
    private final Map<String, GgufValue> keys = new LinkedHashMap<>();

    private SyntheticGguf(CatalogModel known, String architecture, DecoderSpec spec) {
        this.known = known;
        this.architecture = architecture;
        this.spec = spec;
    }

    /// The architecture that a model is written as, to be asked before its weights are made.
    ///
    /// @throws IllegalArgumentException if GGUF stores the tensors of its family otherwise
    static String architecture(CatalogModel known) {
        String architecture = ARCHITECTURES.get(known.shape().family());
        if (architecture == null) {
            throw new IllegalArgumentException("GGUF stores the tensors of family "
                    + known.shape().family() + " in another form than they compute in. --save can write: "
                    + String.join(", ", ARCHITECTURES.keySet().stream().sorted().toList()) + ".");
        }
        return architecture;
    }

    /// Writes the file.
    ///
    /// @param type of most matrices
    /// @throws IllegalArgumentException if GGUF has no such files
    /// @throws java.io.UncheckedIOException if it cannot be written
    static void write(Path file, CatalogModel known, ElementType type, SyntheticModel model) {
        SyntheticGguf gguf = new SyntheticGguf(known, architecture(known), model.spec());
        gguf.addSizes();
        gguf.addAttention();
        gguf.addVocabulary();
        gguf.keys.put("general.file_type", GgufValue.of((long) fileType(type)));
        gguf.keys.put("general.quantization_version", GgufValue.of(2L));
        GgufWriter.write(
                file,
                GgufMetadata.of(file.toString(), gguf.keys),
                model.tensors().values());
    }

    private static int fileType(ElementType type) {
        return PLAIN.stream()
                .filter(conversion -> conversion.elementType() == type)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("GGUF has no number for files of type " + type))
                .fileType();
    }

    private void put(String name, long value) {
        keys.put(architecture + "." + name, GgufValue.of(value));
    }

    private void put(String name, float value) {
        keys.put(architecture + "." + name, GgufValue.of(value));
    }

    private void addSizes() {
        ModelShape shape = known.shape();
        keys.put("general.architecture", GgufValue.of(architecture));
        keys.put("general.type", GgufValue.of("model"));
        keys.put("general.name", GgufValue.of(known.title() + ", random weights"));
        put("block_count", shape.layers());
        put("context_length", spec.contextLength());
        put("embedding_length", shape.hidden());
        put("feed_forward_length", shape.ffn());
        put("attention.head_count", shape.heads());
        put("attention.head_count_kv", shape.kvHeads());
        put("attention.key_length", shape.headDim());
        put("attention.value_length", shape.headDim());
        put("vocab_size", shape.vocab());
        boolean isRms = spec.norm().kind() == Norm.Kind.RMS;
        put(
                isRms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon",
                spec.norm().epsilon());
    }

    private void addAttention() {
        ModelShape shape = known.shape();
        if (shape.window() > 0) {
            put("attention.sliding_window", shape.window());
        }
        Attention first = switch (spec.layers().getFirst().mixer()) {
            case Attention attention -> attention;
        };
        first.rotary().ifPresent(rotary -> {
            put("rope.dimension_count", rotary.dim());
            put("rope.freq_base", (float) rotary.base());
        });
        if (first.mask().softCap() > 0) {
            put("attn_logit_softcapping", first.mask().softCap());
        }
        if (spec.head().softCap() > 0) {
            put("final_logit_softcapping", spec.head().softCap());
        }
    }

    private void addVocabulary() {
        int vocab = known.shape().vocab();
        List<String> tokens = new ArrayList<>(vocab);
        int[] types = new int[vocab];
        Arrays.fill(types, NORMAL);
        tokens.addAll(List.of("<unk>", "<s>", "</s>"));
        types[0] = UNKNOWN;
        types[1] = CONTROL;
        types[2] = CONTROL;
        for (int value = 0; value < 256 && tokens.size() < vocab; value++) {
            types[tokens.size()] = BYTE;
            tokens.add("<0x%02X>".formatted(value));
        }
        for (char letter = 'a'; letter <= 'z' && tokens.size() < vocab; letter++) {
            tokens.add(String.valueOf(letter));
        }
        if (tokens.size() < vocab) {
            tokens.add("\u2581");
        }
        while (tokens.size() < vocab) {
            tokens.add("\u2581w" + tokens.size());
        }
        float[] scores = new float[vocab];
        for (int id = 0; id < vocab; id++) {
            scores[id] = types[id] == NORMAL ? -id : 0;
        }
        keys.put("tokenizer.ggml.model", GgufValue.of("llama"));
        keys.put("tokenizer.ggml.pre", GgufValue.of("default"));
        keys.put("tokenizer.ggml.tokens", GgufValue.ofTexts(tokens));
        keys.put("tokenizer.ggml.scores", GgufValue.of(scores));
        keys.put("tokenizer.ggml.token_type", GgufValue.of(types));
        keys.put("tokenizer.ggml.bos_token_id", GgufValue.of(1L));
        keys.put("tokenizer.ggml.eos_token_id", GgufValue.of(2L));
        keys.put("tokenizer.ggml.unknown_token_id", GgufValue.of(0L));
    }
}
