package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import dev.lilla.format.Safetensors;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.model.AdapterContents;
import dev.lilla.model.AdapterPart;
import dev.lilla.model.AdapterScaling;
import dev.lilla.model.PeftAdapterWriter;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Merged models compute what PEFT's merged ones do.
class AdapterMergerOracleTest {
    private static final double LOGITS = 2e-3;
    /// What f16 loses of weights below 4: half of 2^-9.
    private static final float ROUNDING = 1e-3f;
    /// f32 against f32, in another order of additions.
    private static final float WEIGHTS = 1e-5f;

    @TempDir
    Path folder;

    static Stream<Path> adapters() {
        return Oracle.list(Oracle.path("lora")).stream();
    }

    private static JsonNode golden(Path adapter) {
        return JsonFiles.read(adapter.resolve("golden.json"));
    }

    private static String model(Path adapter) {
        return golden(adapter).path("model").asString();
    }

    private static int[] ids(Path adapter) {
        JsonNode main = golden(adapter).path("prompts").path(0);
        assertThat(main.path("name").asString()).isEqualTo("main");
        return main.path("ids").valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static void requireLogits(Path merged, Path adapter, double tolerance) {
        float[] found = LastLogits.of(merged, List.of(ids(adapter))).getFirst();
        try (Safetensors golden = Safetensors.open(adapter.resolve("golden.safetensors"))) {
            float[] expected = Oracle.floats(golden.tensor("main.last_merged"));
            assertThat(found).hasSameSizeAs(expected);
            for (int i = 0; i < found.length; i++) {
                assertThat(Math.abs(found[i] - expected[i])).as("logit " + i).isLessThanOrEqualTo((float) tolerance);
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void givesThePeftLogitsAsADirectory(Path adapter) {
        Path merged = folder.resolve("merged");
        AdapterMerger.merge(
                MergeRequest.of(Oracle.model(model(adapter)), adapter, merged).with(ConversionType.F32), Progress.NONE);
        requireLogits(merged, adapter, LOGITS);
        assertThat(merged.resolve("tokenizer.json")).exists();
        int compared = 0;
        try (Safetensors golden = Safetensors.open(adapter.resolve("golden.safetensors"));
                Safetensors found = Safetensors.open(merged.resolve("model.safetensors"))) {
            for (Tensor tensor : golden.tensors().values()) {
                if (tensor.name().startsWith("merged.")) {
                    float[] expected = Oracle.floats(tensor);
                    float[] weights =
                            Oracle.floats(found.tensor("model." + tensor.name().substring("merged.".length())));
                    assertThat(weights).containsExactly(expected, offset(WEIGHTS));
                    compared++;
                }
            }
        }
        assertThat(compared).isPositive();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void givesThePeftLogitsAsGguf(Path adapter) {
        Path merged = folder.resolve("merged.gguf");
        AdapterMerger.merge(
                MergeRequest.of(Oracle.model(model(adapter)), adapter, merged).with(ConversionType.F32), Progress.NONE);
        requireLogits(merged, adapter, LOGITS);
    }

    /// The merged weights are those merged into the checkpoint, but for what the GGUF rounded before.
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void mergesIntoAGgufWhoseRowsLieInAnotherOrder(Path adapter) {
        Path checkpoint = Oracle.model(model(adapter));
        Path gguf = Oracle.gguf(model(adapter)).orElseThrow();
        for (String target : List.of("merged.gguf", "merged")) {
            Path fromCheckpoint = merged(checkpoint, adapter, "checkpoint-" + target);
            Path fromGguf = merged(gguf, adapter, "gguf-" + target);
            float different = 0;
            float changed = 0;
            try (ModelDescription expected = ModelDescription.open(fromCheckpoint, LoadOptions.DEFAULT);
                    ModelDescription found = ModelDescription.open(fromGguf, LoadOptions.DEFAULT);
                    ModelDescription before = ModelDescription.open(gguf, LoadOptions.DEFAULT)) {
                assertThat(found.tensors().keySet())
                        .isEqualTo(expected.tensors().keySet());
                for (String name : found.tensors().keySet()) {
                    different = Math.max(different, distance(found.tensor(name), expected.tensor(name)));
                    changed = Math.max(changed, distance(found.tensor(name), before.tensor(name)));
                }
            }
            assertThat(different).as(target).isLessThan(ROUNDING);
            assertThat(changed).as(target).isGreaterThan(10 * ROUNDING);
        }
    }

    private Path merged(Path base, Path adapter, String target) {
        return AdapterMerger.merge(
                MergeRequest.of(base, adapter, folder.resolve(target)).with(ConversionType.F32), Progress.NONE);
    }

    private static float distance(Tensor found, Tensor expected) {
        assertThat(found.shape()).isEqualTo(expected.shape());
        long rows = found.shape().elements() / found.shape().columns();
        float distance = 0;
        for (long row = 0; row < rows; row++) {
            float[] values = Dequantizer.row(found, row);
            float[] others = Dequantizer.row(expected, row);
            for (int i = 0; i < values.length; i++) {
                distance = Math.max(distance, Math.abs(values[i] - others[i]));
            }
        }
        return distance;
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("adapters")
    void addsNothingAtScaleZero(Path adapter) {
        Path base = Oracle.model(model(adapter));
        Path merged = folder.resolve("merged");
        AdapterMerger.merge(MergeRequest.of(base, adapter, merged).withScale(0), Progress.NONE);
        assertThat(LastLogits.of(merged, List.of(ids(adapter))).getFirst())
                .isEqualTo(LastLogits.of(base, List.of(ids(adapter))).getFirst());
    }

    @Nested
    class Types {
        private final List<String> warnings = new ArrayList<>();

        private final Progress progress = new Progress() {
            @Override
            public void advanced(String tensor, long doneBytes, long totalBytes) {
                // Nobody looks.
            }

            @Override
            public void warned(String warning) {
                warnings.add(warning);
            }
        };

        /// An adapter of the quantized oracle model, which comes without one.
        private Path adapter() {
            Path adapter = folder.resolve("adapter");
            try (ModelDescription base = ModelDescription.open(Oracle.model("llama-kq"), LoadOptions.DEFAULT)) {
                Tensor weight = base.tensor("blk.0.ffn_down.weight");
                float[] down = new float[Math.toIntExact(weight.shape().columns())];
                float[] up = new float[Math.toIntExact(weight.shape().rows())];
                Arrays.fill(down, 0.5f);
                Arrays.fill(up, 0.25f);
                AdapterPart part = AdapterPart.of("blk.0.ffn_down.weight", 1, down, up, 2);
                PeftAdapterWriter.write(
                        new AdapterContents("llama-kq", 2, AdapterScaling.BY_RANK, List.of(part)), base, adapter);
            }
            return adapter;
        }

        private Path quantized(String type) {
            return Oracle.path("gguf/quant/llama-kq-" + type + ".gguf");
        }

        @Test
        void areThoseOfTheBase() {
            Path merged = folder.resolve("merged.gguf");
            AdapterMerger.merge(MergeRequest.of(quantized("Q8_0"), adapter(), merged), progress);
            try (ModelDescription found = ModelDescription.open(merged, LoadOptions.DEFAULT);
                    ModelDescription base = ModelDescription.open(quantized("Q8_0"), LoadOptions.DEFAULT)) {
                Tensor changed = found.tensor("blk.0.ffn_down.weight");
                assertThat(changed.type()).isEqualTo(ElementType.Q8_0);
                float before = Dequantizer.row(base.tensor("blk.0.ffn_down.weight"), 3)[5];
                assertThat(Dequantizer.row(changed, 3)[5]).isCloseTo(before + 0.25f, offset(0.01f));
                String untouched = "blk.0.attn_q.weight";
                assertThat(found.tensor(untouched)
                                .data()
                                .mismatch(base.tensor(untouched).data()))
                        .isEqualTo(-1);
            }
            assertThat(warnings).isEmpty();
        }

        @Test
        void ofFewBitsAreNoBase() {
            for (String type : List.of("Q4_0", "Q4_K_M", "Q6_K", "IQ4_NL")) {
                MergeRequest request = MergeRequest.of(quantized(type), adapter(), folder.resolve("merged.gguf"));
                assertThatThrownBy(() -> AdapterMerger.merge(request, progress))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("full-precision base");
                assertThatThrownBy(() -> AdapterMerger.merge(request.with(ConversionType.Q4_0), progress))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("q4_0");
            }
            assertThat(folder.resolve("merged.gguf")).doesNotExist();
        }

        @Test
        void ofMoreBitsMayBeAskedForWhereTheBaseHasFew() {
            Path merged = folder.resolve("merged.gguf");
            AdapterMerger.merge(
                    MergeRequest.of(quantized("Q4_K_M"), adapter(), merged).with(ConversionType.F16), progress);
            assertThat(warnings).singleElement().asString().contains("stays lost");
            try (ModelDescription found = ModelDescription.open(merged, LoadOptions.DEFAULT)) {
                assertThat(found.tensor("blk.0.ffn_down.weight").type()).isEqualTo(ElementType.F16);
            }
        }

        @Test
        void ofFewBitsMayBeMadeFromAFullBase() {
            Path merged = folder.resolve("merged.gguf");
            AdapterMerger.merge(
                    MergeRequest.of(Oracle.model("llama-kq"), adapter(), merged).with(ConversionType.Q4_0), progress);
            try (ModelDescription found = ModelDescription.open(merged, LoadOptions.DEFAULT)) {
                assertThat(found.tensor("blk.0.ffn_down.weight").type()).isEqualTo(ElementType.Q4_0);
            }
        }

        @Test
        void thatADirectoryCannotHoldAreRefused() {
            Path merged = folder.resolve("merged");
            assertThatThrownBy(() -> AdapterMerger.merge(
                            MergeRequest.of(Oracle.model("llama-kq"), adapter(), merged)
                                    .with(ConversionType.Q8_0),
                            progress))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(".gguf");
            assertThat(Files.exists(merged)).isFalse();
        }
    }
}
