package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.format.TensorDescription;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Directories whose weights do not fit their configuration.
class ModelDescriptionTest {
    private static final String CONFIG = """
            {"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 16, "intermediate_size": 32,
             "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 10, "max_position_embeddings": 64,
             "rms_norm_eps": 1e-5, "tie_word_embeddings": false}""";

    @TempDir
    Path directory;

    private static Tensor zeros(String name, ElementType type, long... shape) {
        Shape dimensions = Shape.of(shape);
        return new Tensor(
                name,
                type,
                dimensions,
                MemorySegment.ofArray(new byte[Math.toIntExact(type.byteSize(dimensions.elements()))]));
    }

    /// The tensors of the model above, all zero.
    private static List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(zeros("model.embed_tokens.weight", ElementType.F32, 10, 16));
        for (int layer = 0; layer < 2; layer++) {
            String prefix = "model.layers." + layer + ".";
            tensors.add(zeros(prefix + "input_layernorm.weight", ElementType.F32, 16));
            tensors.add(zeros(prefix + "self_attn.q_proj.weight", ElementType.F32, 16, 16));
            tensors.add(zeros(prefix + "self_attn.k_proj.weight", ElementType.F32, 8, 16));
            tensors.add(zeros(prefix + "self_attn.v_proj.weight", ElementType.F32, 8, 16));
            tensors.add(zeros(prefix + "self_attn.o_proj.weight", ElementType.F32, 16, 16));
            tensors.add(zeros(prefix + "post_attention_layernorm.weight", ElementType.F32, 16));
            tensors.add(zeros(prefix + "mlp.gate_proj.weight", ElementType.F32, 32, 16));
            tensors.add(zeros(prefix + "mlp.up_proj.weight", ElementType.F32, 32, 16));
            tensors.add(zeros(prefix + "mlp.down_proj.weight", ElementType.F32, 16, 32));
        }
        tensors.add(zeros("model.norm.weight", ElementType.F32, 16));
        tensors.add(zeros("lm_head.weight", ElementType.F32, 10, 16));
        return tensors;
    }

    private void write(String config, List<Tensor> tensors) throws IOException {
        Files.writeString(directory.resolve("config.json"), config);
        List<TensorDescription> descriptions =
                tensors.stream().map(TensorDescription::of).toList();
        try (var writer = SafetensorsWriter.create(directory.resolve("model.safetensors"), Map.of(), descriptions)) {
            for (Tensor tensor : tensors) {
                writer.write(tensor);
            }
            writer.finish();
        }
    }

    private ModelDescription open() {
        return ModelDescription.open(directory, LoadOptions.DEFAULT);
    }

    private static List<Tensor> replacing(String name, UnaryOperator<Tensor> change) {
        return tensors().stream()
                .map(tensor -> tensor.name().equals(name) ? change.apply(tensor) : tensor)
                .toList();
    }

    private static List<Tensor> without(String ending) {
        return tensors().stream()
                .filter(tensor -> !tensor.name().endsWith(ending))
                .toList();
    }

    private static List<Tensor> with(Tensor more) {
        List<Tensor> tensors = tensors();
        tensors.add(more);
        return tensors;
    }

    @Nested
    class Whole {
        @Test
        void tellsSizesOfWeightsAndCache() throws IOException {
            write(CONFIG, tensors());
            try (ModelDescription model = open()) {
                long numbers = tensors().stream()
                        .mapToLong(tensor -> tensor.shape().elements())
                        .sum();
                assertThat(model.parameters()).isEqualTo(numbers);
                assertThat(model.weightBytes()).isEqualTo(4 * numbers);
                assertThat(model.elementTypes()).containsExactly(ElementType.F32);
                // two layers, keys and values, one head of 8 elements
                assertThat(model.cacheBytes(KvType.F32, 100)).isEqualTo(100 * 2 * 2 * 8 * 4);
                assertThat(model.cacheBytes(KvType.F16, 100)).isEqualTo(100 * 2 * 2 * 8 * 2);
                assertThat(model.cacheBytes(KvType.Q8_0, 100)).isEqualTo(100 * 2 * 2 * 34);
            }
        }

        @Test
        void handsOutTensorsByTheNameInTheSpec() throws IOException {
            write(CONFIG, tensors());
            try (ModelDescription model = open()) {
                assertThat(model.tensor("blk.1.ffn_down.weight").name())
                        .isEqualTo("model.layers.1.mlp.down_proj.weight");
                assertThat(model.tensors().keySet()).startsWith("token_embd.weight", "blk.0.attn_norm.weight");
                assertThatThrownBy(() -> model.tensor("blk.2.ffn_down.weight"))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void isUnmappedOnceClosed() throws IOException {
            write(CONFIG, tensors());
            ModelDescription model = open();
            Tensor head = model.tensor("output.weight");
            model.close();
            model.close();
            assertThat(head.data().scope().isAlive()).isFalse();
        }

        @Test
        void loadsIntoABackend() throws IOException {
            write(CONFIG, tensors());
            try (var backend = HostBackend.open(HostOptions.fromProperties());
                    LoadedModel model = ModelLoader.open(directory, LoadOptions.DEFAULT, backend)) {
                assertThat(model.decoder().spec()).isSameAs(model.spec());
                assertThat(model.family()).isEqualTo(new Llama());
                assertThat(model.warnings()).isEmpty();
            }
        }
    }

    @Nested
    class Broken {
        @Test
        void namesTheFirstTensorThatIsMissing() throws IOException {
            write(CONFIG, without("1.mlp.up_proj.weight"));
            assertThatThrownBy(ModelDescriptionTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("model.safetensors")
                    .hasMessageContaining("tensor model.layers.1.mlp.up_proj.weight [32, 16] is missing");
        }

        @Test
        void namesAMissingHeadThatIsNotTied() throws IOException {
            write(CONFIG, without("lm_head.weight"));
            assertThatThrownBy(ModelDescriptionTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("lm_head.weight [10, 16] is missing");
        }

        @Test
        void tellsShapesThatContradictTheConfiguration() throws IOException {
            write(CONFIG, replacing("model.norm.weight", norm -> zeros(norm.name(), ElementType.F32, 17)));
            assertThatThrownBy(ModelDescriptionTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("model.norm.weight has shape [17], expected [16]");
        }

        @Test
        void refusesWeightsThatAreNoRealNumbers() throws IOException {
            write(CONFIG, replacing("lm_head.weight", head -> zeros(head.name(), ElementType.I32, 10, 16)));
            assertThatThrownBy(ModelDescriptionTest.this::open)
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("lm_head.weight has type I32");
        }

        @Test
        void warnsOfTensorsItDoesNotKnowAndIgnoresHarmlessOnes() throws IOException {
            write(CONFIG, with(zeros("model.layers.0.self_attn.rotary_emb.inv_freq", ElementType.F32, 4)));
            try (ModelDescription model = open()) {
                assertThat(model.warnings()).isEmpty();
            }
            write(CONFIG, with(zeros("model.layers.0.self_attn.sinks", ElementType.F32, 4)));
            try (ModelDescription model = open()) {
                assertThat(model.warnings())
                        .singleElement()
                        .asString()
                        .contains("model.layers.0.self_attn.sinks [4]", "not used");
            }
        }

        @Test
        void refusesATensorThatIsThereTwice() throws IOException {
            String gemma = CONFIG.replace("\"llama\"", "\"gemma3_text\"");
            write(
                    gemma,
                    List.of(
                            zeros("model.norm.weight", ElementType.F32, 16),
                            zeros("language_model.model.norm.weight", ElementType.F32, 16)));
            assertThatThrownBy(ModelDescriptionTest.this::open)
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("there twice");
        }
    }

    @Nested
    class Asked {
        @Test
        void forWhatDoesNotExist() {
            assertThatThrownBy(() -> ModelDescription.open(directory.resolve("nowhere"), LoadOptions.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("nowhere does not exist");
        }

        @Test
        void forAFileThatIsNoModel() throws IOException {
            Path file = Files.writeString(directory.resolve("notes.txt"), "nothing here");
            assertThatThrownBy(() -> ModelDescription.open(file, LoadOptions.DEFAULT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no GGUF file");
            Path empty = Files.createFile(directory.resolve("empty.gguf"));
            assertThatThrownBy(() -> ModelDescription.open(empty, LoadOptions.DEFAULT))
                    .isInstanceOf(ModelFormatException.class);
        }

        @Test
        void withAnOptionThatMeansNothingToTheFamily() throws IOException {
            write(CONFIG, tensors());
            assertThatThrownBy(() -> ModelDescription.open(directory, LoadOptions.DEFAULT.withTrainContext(9)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("train-context")
                    .hasMessageContaining("family llama");
        }
    }
}
