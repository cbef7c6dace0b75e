package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.RotaryFrequencies;
import dev.lilla.model.Attention;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.Gemma2;
import dev.lilla.model.family.Gemma3;
import dev.lilla.model.family.Llama;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.Mistral;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.Phi3;
import dev.lilla.model.family.Qwen2;
import dev.lilla.model.family.SmolLm3;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a checkpoint says about its decoder is the same in a GGUF made of it, and in a directory made of that.
class KeptDescriptionTest {
    private static final String SIZES = """
            "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 6, "num_attention_heads": 4,
            "num_key_value_heads": 2, "head_dim": 16, "vocab_size": 32, "max_position_embeddings": 512,
            "rms_norm_eps": 1e-5, "rope_theta": 10000.0""";

    @TempDir
    Path folder;

    @Test
    void keepsLinearScaling() {
        assertKept(new Llama(), "llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.5}");
    }

    @Test
    void keepsTheScalingOfLlama3() {
        assertKept(new Llama(), "llama", """
                "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 128}""");
    }

    @Test
    void keepsYarnWithAnAttentionFactorOfItsOwn() {
        assertKept(new Qwen2(), "qwen2", """
                "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128,
                "attention_factor": 1.25, "beta_fast": 16, "beta_slow": 2}""");
    }

    @Test
    void keepsTheTwoListsOfPhi() {
        assertKept(new Phi3(), "phi3", """
                "original_max_position_embeddings": 128, "sliding_window": 100,
                "rope_scaling": {"type": "longrope", "short_factor": [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7],
                "long_factor": [1, 2, 3, 4, 5, 6, 7, 8.5]}""");
    }

    @Test
    void keepsTheWindowOfMistral() {
        assertKept(new Mistral(), "mistral", "\"sliding_window\": 48");
    }

    @Test
    void keepsTheWindowsCapsAndScaleOfGemma2() {
        assertKept(new Gemma2(), "gemma2", """
                "sliding_window": 32, "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0,
                "query_pre_attn_scalar": 144""");
    }

    @Test
    void keepsThePatternAndBothRotationsOfGemma3() {
        assertKept(new Gemma3(), "gemma3_text", """
                "sliding_window": 32, "sliding_window_pattern": 3, "rope_local_base_freq": 5000.0,
                "query_pre_attn_scalar": 168, "rope_scaling": {"rope_type": "linear", "factor": 8.0}""");
    }

    @Test
    void keepsLayersWithoutPositions() {
        assertKept(new SmolLm3(), "smollm3", "\"no_rope_layer_interval\": 4");
    }

    @Test
    void refusesDivisorsThatConfigJsonHasNoWordsFor() {
        Path gguf = folder.resolve("model.gguf");
        Path odd = folder.resolve("odd.gguf");
        Path source = TinyCheckpoint.write(folder.resolve("original"), new Llama(), config("llama", "\"x\": 1"));
        Converter.convert(ConversionRequest.of(source, gguf, ConversionType.F32), Progress.NONE);
        try (Gguf plain = Gguf.open(gguf)) {
            List<Tensor> tensors = new ArrayList<>(plain.tensors().values());
            MemorySegment divisors = MemorySegment.ofArray(new byte[8 * Float.BYTES]);
            for (int i = 0; i < 8; i++) {
                divisors.set(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * Float.BYTES, 9 - i);
            }
            tensors.add(new Tensor("rope_freqs.weight", ElementType.F32, Shape.of(8), divisors));
            Map<String, GgufValue> keys = new LinkedHashMap<>(plain.metadata().entries());
            GgufWriter.write(odd, GgufMetadata.of("odd", keys), tensors);
        }
        Path target = folder.resolve("directory");
        ConversionRequest request = ConversionRequest.of(odd, target, ConversionType.F32);
        assertThatThrownBy(() -> Converter.convert(request, Progress.NONE))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("rope_freqs.weight");
        assertThat(target).doesNotExist();
        assertThat(folder.resolve("directory.partial")).doesNotExist();
    }

    private static String config(String modelType, String more) {
        return "{\"model_type\": \"" + modelType + "\", " + SIZES + ", " + more + "}";
    }

    private void assertKept(Family family, String modelType, String more) {
        Path gguf = folder.resolve("model.gguf");
        Path directory = folder.resolve("converted");
        Path source = TinyCheckpoint.write(folder.resolve("original"), family, config(modelType, more));
        Converter.convert(ConversionRequest.of(source, gguf, ConversionType.F32), Progress.NONE);
        Converter.convert(ConversionRequest.of(gguf, directory, ConversionType.F32), Progress.NONE);
        List<String> original = layers(source);
        assertThat(layers(gguf)).isEqualTo(original);
        assertThat(layers(directory)).isEqualTo(original);
    }

    /// What attention does in every layer, for a short and a long prompt, and what follows the last.
    private static List<String> layers(Path path) {
        try (ModelDescription model = ModelDescription.open(path, LoadOptions.DEFAULT)) {
            List<String> layers = new ArrayList<>();
            for (Attention layer : ArchitectureKeys.layers(model.spec())) {
                layers.add(layer.mask() + " " + frequencies(layer, 16) + " " + frequencies(layer, 500));
            }
            layers.add(model.spec().head().softCap() + " "
                    + model.spec().embedding().scale() + " " + model.spec().contextLength());
            return layers;
        }
    }

    /// To five digits: a GGUF holds numbers in single precision.
    private static String frequencies(Attention layer, int promptTokens) {
        Optional<RotaryFrequencies> frequencies = layer.rotary().map(rotary -> rotary.frequencies(promptTokens));
        StringBuilder text = new StringBuilder();
        frequencies.ifPresent(found -> {
            for (float frequency : found.inverse()) {
                text.append(String.format(Locale.ROOT, "%.5g ", frequency));
            }
            text.append(String.format(Locale.ROOT, "%.5g", found.magnitude()));
        });
        return text.toString();
    }
}
