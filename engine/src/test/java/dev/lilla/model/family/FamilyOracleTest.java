package dev.lilla.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.format.Checkpoint;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.RotaryEmbedding;
import dev.lilla.model.RotaryScaling;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every model of the oracle against its own files, and against its conversion by llama.cpp.
class FamilyOracleTest {
    static List<Path> models() {
        return Oracle.models();
    }

    static Stream<Path> converted() {
        return Oracle.models().stream()
                .filter(model -> Oracle.gguf(model.getFileName().toString()).isPresent());
    }

    static Stream<Path> ggufs() {
        return Oracle.ggufs().stream()
                .filter(file -> Oracle.modelNames().stream()
                        .anyMatch(name -> file.getFileName().toString().startsWith(name + "-")));
    }

    @Nested
    class HuggingFace {
        @ParameterizedTest
        @MethodSource("dev.lilla.model.family.FamilyOracleTest#models")
        void everyTensorBelongsToExactlyOneRule(Path model) {
            try (ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
                assertThat(description.warnings()).isEmpty();
                var claimed = new TreeSet<String>();
                for (String name : description.checkpoint().tensors().keySet()) {
                    var rule = description.table().huggingFaceRule(name);
                    assertThat(rule).as(name).isPresent();
                    assertThat(claimed.add(rule.orElseThrow().name())).as(name).isTrue();
                }
            }
        }

        @ParameterizedTest
        @MethodSource("dev.lilla.model.family.FamilyOracleTest#models")
        void describesAsManyLayersAndColumnsAsTheFileHolds(Path model) {
            try (ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
                DecoderSpec spec = description.spec();
                Tensor embedding = description.tensor(spec.embedding().table());
                assertThat(embedding.shape().rows()).isEqualTo(spec.vocab());
                assertThat(embedding.shape().columns()).isEqualTo(spec.hidden());
                assertThat(spec.layers()).hasSize(layersIn(description.checkpoint()));
            }
        }

        @ParameterizedTest
        @MethodSource("dev.lilla.model.family.FamilyOracleTest#models")
        void namesOfModulesLeadThereAndBack(Path model) {
            try (ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
                TensorTable table = description.table();
                for (TensorRule rule : table.rules()) {
                    if (rule.huggingFace().isPresent() && rule.name().endsWith(".weight")) {
                        String module = table.moduleOfWeight(rule.name()).orElseThrow();
                        assertThat(table.weightOfModule(module)).contains(rule.name());
                        assertThat(table.weightOfModule("base_model.model." + module))
                                .contains(rule.name());
                    }
                }
            }
        }

        @ParameterizedTest
        @MethodSource("dev.lilla.model.family.FamilyOracleTest#models")
        void countsParametersAndBytesOfWhatIsUsed(Path model) {
            try (ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
                boolean tied = description
                        .spec()
                        .head()
                        .weight()
                        .weight()
                        .equals(description.spec().embedding().table());
                long stored = description.checkpoint().tensors().values().stream()
                        .filter(tensor -> !(tied && tensor.name().equals("lm_head.weight")))
                        .mapToLong(tensor -> tensor.shape().elements())
                        .sum();
                assertThat(description.parameters()).isBetween(stored * 9 / 10, stored);
                assertThat(description.weightBytes()).isBetween(2 * description.parameters(), 8 * stored);
                assertThat(description.cacheBytes(KvType.F32, 10))
                        .isEqualTo(2 * description.cacheBytes(KvType.F16, 10));
            }
        }

        private static int layersIn(Checkpoint checkpoint) {
            return (int) checkpoint.tensors().keySet().stream()
                    .map(name -> name.replaceAll(".*?\\.(\\d+)\\..*", "$1"))
                    .filter(name -> name.matches("\\d+"))
                    .distinct()
                    .count();
        }
    }

    @Nested
    class Ggufs {
        @ParameterizedTest
        @MethodSource("dev.lilla.model.family.FamilyOracleTest#ggufs")
        void everyTensorIsKnown(Path file) {
            try (ModelDescription description = ModelDescription.open(file, LoadOptions.DEFAULT)) {
                assertThat(description.warnings()).isEmpty();
            }
        }

        @ParameterizedTest
        @MethodSource("dev.lilla.model.family.FamilyOracleTest#converted")
        void describesTheSameModelUpToWhatWasLost(Path model) {
            try (ModelDescription original = ModelDescription.open(model, LoadOptions.DEFAULT);
                    ModelDescription converted = openConversion(model, original)) {
                DecoderSpec expected = original.spec();
                DecoderSpec found = converted.spec();
                assertThat(found.hidden()).isEqualTo(expected.hidden());
                assertThat(found.vocab()).isEqualTo(expected.vocab());
                assertThat(found.contextLength()).isEqualTo(expected.contextLength());
                assertThat(found.embedding()).isEqualTo(expected.embedding());
                assertThat(found.head().softCap()).isEqualTo(expected.head().softCap());
                assertThat(found.head().weight().weight()).isIn(headNames(expected, original.checkpoint()));
                assertThat(found.norm()).isEqualTo(expected.norm());
                assertThat(found.layers()).hasSameSizeAs(expected.layers());
                for (int layer = 0; layer < expected.layers().size(); layer++) {
                    assertSame(found.layers().get(layer), expected.layers().get(layer));
                }
            }
        }

        @ParameterizedTest
        @MethodSource("dev.lilla.model.family.FamilyOracleTest#converted")
        void holdsWhatTheTableMakesOfTheOriginal(Path model) {
            try (ModelDescription original = ModelDescription.open(model, LoadOptions.DEFAULT);
                    ModelDescription converted = openConversion(model, original)) {
                for (TensorRule rule : original.table().rules()) {
                    for (GgufPart part : rule.gguf()) {
                        Tensor written = converted.checkpoint().tensors().get(part.name());
                        Optional<String> name = rule.huggingFace().filter(original.checkpoint()::contains);
                        if (name.isPresent() && written != null) {
                            assertMadeOf(written, original.checkpoint().tensor(name.get()), part);
                        }
                    }
                }
            }
        }

        /// A tied head whose files hold it twice is a matrix of its own in a GGUF, where one of the two may be
        /// narrower.
        private static List<String> headNames(DecoderSpec spec, Checkpoint checkpoint) {
            String name = spec.head().weight().weight();
            boolean twice = name.equals(spec.embedding().table()) && checkpoint.contains("lm_head.weight");
            return twice ? List.of(name, "output.weight") : List.of(name);
        }

        private static ModelDescription openConversion(Path model, ModelDescription original) {
            LoadOptions options = LoadOptions.DEFAULT;
            switch (original.spec().layers().getFirst().mixer()) {
                case Attention attention -> {
                    if (attention.mask().window() < Integer.MAX_VALUE) {
                        options = options.withSlidingWindow(attention.mask().window());
                    }
                    if (attention.lognContext().isPresent()) {
                        options =
                                options.withTrainContext(attention.lognContext().getAsInt());
                    }
                }
            }
            Path file = Oracle.gguf(model.getFileName().toString()).orElseThrow();
            return ModelDescription.open(file, options);
        }

        private static void assertSame(LayerSpec found, LayerSpec expected) {
            Attention attention = attention(found);
            Attention original = attention(expected);
            assertThat(found.order()).isEqualTo(expected.order());
            assertThat(attention.mask()).isEqualTo(original.mask());
            assertThat(attention.norm()).isEqualTo(original.norm());
            assertThat(attention.lognContext()).isEqualTo(original.lognContext());
            assertThat(attention.output()).isEqualTo(original.output());
            assertSame(attention.rotary().orElseThrow(), original.rotary().orElseThrow());
            boolean split = attention.projection().parts().size()
                    != original.projection().parts().size();
            if (!split) {
                assertThat(attention.projection()).isEqualTo(original.projection());
                assertThat(found.feedForward()).isEqualTo(expected.feedForward());
            }
        }

        private static void assertSame(RotaryEmbedding found, RotaryEmbedding expected) {
            assertThat(found.dim()).isEqualTo(expected.dim());
            assertThat(found.base()).isEqualTo(expected.base());
            for (int prompt : new int[] {5, 5000}) {
                float[] inverse = expected.frequencies(prompt).inverse();
                for (int pair = 0; pair < inverse.length; pair++) {
                    assertThat(found.frequencies(prompt).inverse()[pair])
                            .isCloseTo(inverse[pair], within(1e-6f * inverse[pair]));
                }
            }
            if (expected.scaling() instanceof RotaryScaling.DynamicNtk) {
                assertThat(found.scaling()).isEqualTo(expected.scaling());
            }
        }

        private static Attention attention(LayerSpec layer) {
            return switch (layer.mixer()) {
                case Attention attention -> attention;
            };
        }

        private static void assertMadeOf(Tensor written, Tensor original, GgufPart part) {
            boolean vector = written.shape().rank() == 1;
            float[] whole = vector ? Dequantizer.row(original, 0) : new float[0];
            float[] writtenWhole = vector ? Dequantizer.row(written, 0) : new float[0];
            assertThat((long) part.rows().rows())
                    .as(part.name())
                    .isEqualTo(vector ? writtenWhole.length : written.shape().rows());
            for (int row = 0; row < part.rows().rows(); row++) {
                int source = part.rows().source(row);
                float[] found = vector ? new float[] {writtenWhole[row]} : Dequantizer.row(written, row);
                float[] expected = vector ? new float[] {whole[source]} : Dequantizer.row(original, source);
                for (int column = 0; column < found.length; column++) {
                    float value = expected[column] + part.added();
                    assertThat(found[column])
                            .as(part.name() + " row " + row + " column " + column)
                            .isCloseTo(value, within(Math.abs(value) / 1024 + 1e-6f));
                }
            }
        }
    }
}
