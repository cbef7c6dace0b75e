package dev.lilla.model;

import static dev.lilla.model.SmallAdapters.config;
import static dev.lilla.model.SmallAdapters.write;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.GgufValue;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.model.SmallAdapters.Matrices;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Adapters that are broken, or ask for what is not there yet.
class RefusedAdapterTest {
    @TempDir
    Path folder;

    private SmallAdapters small;

    @BeforeEach
    void openBackend() {
        small = new SmallAdapters(folder);
    }

    @AfterEach
    void closeAll() {
        small.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "use_dora | true | DoRA",
                "bias | \"all\" | trained biases",
                "lora_bias | true | biases of the adapter's own matrices",
                "modules_to_save | [\"lm_head\"] | whole modules",
                "trainable_token_indices | [1, 2] | trained tokens",
                "layer_replication | [[0, 2]] | repeated layers",
                "alora_invocation_tokens | [5] | activated LoRA",
                "init_lora_weights | \"pissa\" | pissa",
                "peft_type | \"LOHA\" | LOHA",
                "alpha_pattern | {\".*(ab)+c\": 3} | regular expression"
            })
    void byNameWhatItCannotCompute(String key, String value, String words) throws IOException {
        String changed = config("").replace(", \"bias\": \"none\"", "").replace("\"peft_type\": \"LORA\", ", "");
        String type = key.equals("peft_type") ? "" : ", \"peft_type\": \"LORA\"";
        String text = changed.substring(0, changed.length() - 1) + type + ", \"" + key + "\": " + value + "}";
        Path path = small.writePeft("a", Matrices.random(small.spec(), 1), text.replace("\"use_dora\": false, ", ""));

        assertThatThrownBy(() -> small.adapter(path))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("adapter_config.json")
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource({
        "base_model.model.model.token_embd.lora_embedding_A, adapters of the embedding",
        "base_model.model.model.blk.0.attn_q.lora_magnitude_vector, DoRA",
        "base_model.model.model.blk.0.attn_q.lora_B.bias, trained biases",
        "base_model.model.lm_head.base_layer.weight, save_embedding_layers",
        "base_model.model.lm_head.weight, no part of LoRA"
    })
    void tensorsOfOtherKinds(String name, String words) throws IOException {
        Tensor tensor = RandomWeights.tensor(name, Shape.of(2, 2), new float[4]);
        Path path = write(folder.resolve("a"), List.of(tensor), config(""));

        assertThatThrownBy(() -> small.adapter(path))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(words);
    }

    @Test
    void adaptersOfAnotherModel() throws IOException {
        assertBroken("base_model.model.other.q_proj", 3, 24, 32, "other.q_proj");
        assertBroken("base_model.model.model.blk.0.attn_q", 3, 25, 32, "[3, 25]", "[3, 24]");
        assertBroken("base_model.model.model.blk.0.attn_q", 3, 24, 31, "[31, 3]", "[32, 3]");
        assertBroken("model.blk.0.attn_q", 3, 24, 32, "base_model.model.");
    }

    @Test
    void anAdapterOfTheEmbeddingOrOfANorm() throws IOException {
        for (String weight : List.of("token_embd", "blk.0.attn_norm", "blk.7.attn_q")) {
            Path path = write(folder.resolve("a"), pair("base_model.model.model." + weight, 3, 24, 41), config(""));
            assertThatThrownBy(() -> small.adapter(path))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining(weight);
        }
    }

    private void assertBroken(String module, int rank, int in, int out, String... words) throws IOException {
        Path path = write(folder.resolve("a"), pair(module, rank, in, out), config(""));
        assertThatThrownBy(() -> small.adapter(path))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContainingAll(words);
    }

    private List<Tensor> pair(String module, int rank, int in, int out) {
        return List.of(
                RandomWeights.tensor(module + ".lora_A.weight", Shape.of(rank, in), new float[rank * in]),
                RandomWeights.tensor(module + ".lora_B.weight", Shape.of(out, rank), new float[rank * out]));
    }

    @Test
    void aMatrixWithoutTheOther() throws IOException {
        List<Tensor> pair = pair("base_model.model.model.blk.0.attn_q", 3, 24, 32);
        for (int present = 0; present < 2; present++) {
            String missing = present == 0 ? "lora_B.weight" : "lora_A.weight";
            Path path = write(folder.resolve("a"), List.of(pair.get(present)), config(""));
            assertThatThrownBy(() -> small.adapter(path))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining(missing);
        }
    }

    @Test
    void anAdapterWithoutMatrices() throws IOException {
        Path path = write(folder.resolve("a"), Collections.emptyList(), config(""));
        assertThatThrownBy(() -> small.adapter(path))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("changes nothing");
    }

    @Test
    void whatIsNoAdapterAtAll() {
        assertThatThrownBy(() -> small.adapter(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("adapter_config.json");
        Path model =
                small.writeGguf(Matrices.random(small.spec(), 1), Map.of("general.type", new GgufValue.Text("model")));
        assertThatThrownBy(() -> small.adapter(model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("general.type is model");
    }

    @Test
    void aFolderWithoutMatrices() throws IOException {
        Files.writeString(folder.resolve("adapter_config.json"), config(""));
        assertThatThrownBy(() -> small.adapter(folder))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("adapter_model.safetensors", "adapter_model.bin");
        Files.writeString(folder.resolve("adapter_model.bin"), "no zip");
        assertThatThrownBy(() -> small.adapter(folder))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("adapter_model.bin");
    }

    @Test
    void ggufAdaptersOfOtherKindsAndArchitectures() {
        Matrices matrices = Matrices.random(small.spec(), 1);
        Path other = small.writeGguf(matrices, Map.of("general.architecture", new GgufValue.Text("large")));
        assertThatThrownBy(() -> small.adapter(other))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("architecture large, expected small");
        Path control = small.writeGguf(matrices, Map.of("adapter.type", new GgufValue.Text("control_vector")));
        assertThatThrownBy(() -> small.adapter(control))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("control_vector");
    }
}
