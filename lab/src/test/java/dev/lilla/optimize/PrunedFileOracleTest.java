package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ExactHost;
import dev.lilla.Oracle;
import dev.lilla.evaluate.TextWindow;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// A model without some heads and neurons says what the whole one says when their columns of the last maps are
/// zero.
class PrunedFileOracleTest {
    private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2, 6};

    @TempDir
    Path folder;

    @TestFactory
    Stream<DynamicTest> leavesOutHeadsAndNeurons() {
        return Oracle.modelNames().stream()
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    Path whole = gguf(model);
                    Path pruned = folder.resolve(model + "-pruned.gguf");
                    Path zeroed = folder.resolve(model + "-zeroed.gguf");
                    try (ModelDescription description = ModelDescription.open(whole, LoadOptions.DEFAULT)) {
                        Cuts cuts = everyOther(description.dimensions());
                        PrunedFile.write(description, cuts, target(pruned), Progress.NONE);
                        Converter.convert(
                                ConversionRequest.of(whole, zeroed, ConversionType.F32),
                                zeroing(description.spec(), cuts),
                                Progress.NONE);
                    }
                    assertThat(Files.size(pruned)).isLessThan(Files.size(whole));
                    assertSame(
                            LastLogits.of(pruned, List.of(PROMPT)).getFirst(),
                            LastLogits.of(zeroed, List.of(PROMPT)).getFirst());
                }));
    }

    @TestFactory
    Stream<DynamicTest> choosesAndLeavesOutLayersOfModelsThatHaveSeveral() {
        return Stream.of("llama", "qwen2", "mistral")
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    Path whole = gguf(model);
                    Path pruned = folder.resolve(model + "-shallow.gguf");
                    try (Backend backend = HostBackend.open(ExactHost.options());
                            ModelDescription description = ModelDescription.open(whole, LoadOptions.DEFAULT)) {
                        Dimensions d = description.dimensions();
                        assertThat(d.layers()).isGreaterThan(1);
                        List<Integer> kept =
                                IntStream.range(1, d.layers()).boxed().toList();
                        int[] groups = IntStream.range(0, d.kvHeads()).toArray();
                        int[] neurons = IntStream.range(0, d.ffn()).toArray();
                        List<TextWindow> windows = List.of(new TextWindow(PROMPT, 1));
                        Cuts cuts = new Cuts(
                                kept,
                                kept.stream().map(_ -> groups).toList(),
                                kept.stream().map(_ -> neurons).toList());
                        PrunedFile.write(description, cuts, target(pruned), Progress.NONE);
                        double expected = new LayerSearch(description, backend, windows).loss(kept);
                        try (ModelDescription shallow = ModelDescription.open(pruned, LoadOptions.DEFAULT)) {
                            assertThat(shallow.dimensions().layers()).isEqualTo(d.layers() - 1);
                            List<Integer> all =
                                    IntStream.range(0, d.layers() - 1).boxed().toList();
                            assertThat(new LayerSearch(shallow, backend, windows).loss(all))
                                    .isEqualTo(expected);
                        }
                        assertThat(new LayerSearch(description, backend, windows).keep(d.layers() - 1))
                                .hasSize(d.layers() - 1);
                    }
                }));
    }

    private static PrunedFile.Target target(Path path) {
        return new PrunedFile.Target(path, LoadOptions.DEFAULT, Requantizing.REFUSED);
    }

    private Path gguf(String model) {
        Path file = folder.resolve(model + ".gguf");
        return Converter.convert(ConversionRequest.of(Oracle.model(model), file, ConversionType.F32), Progress.NONE);
    }

    /// Half of the neurons, and of the K/V heads if there are several.
    private static Cuts everyOther(Dimensions d) {
        List<Integer> layers = IntStream.range(0, d.layers()).boxed().toList();
        List<int[]> groups = new ArrayList<>();
        List<int[]> neurons = new ArrayList<>();
        for (int layer : layers) {
            groups.add(IntStream.range(0, Math.max(1, d.kvHeads() / 2))
                    .map(i -> Math.min(d.kvHeads() - 1, 2 * i + layer % 2))
                    .toArray());
            neurons.add(
                    IntStream.range(0, d.ffn() / 2).map(i -> 2 * i + layer % 2).toArray());
        }
        return new Cuts(layers, groups, neurons);
    }

    private static WeightChanges zeroing(DecoderSpec spec, Cuts cuts) {
        Map<String, boolean[]> kept = new HashMap<>();
        for (int i = 0; i < spec.layers().size(); i++) {
            LayerSpec layer = spec.layers().get(i);
            var attention = CutScores.attention(layer);
            boolean[] columns = new boolean[attention.output().in()];
            int width = columns.length / attention.projection().key().heads();
            for (int group : cuts.groups().get(i)) {
                Arrays.fill(columns, group * width, (group + 1) * width, true);
            }
            kept.put(attention.output().weight(), columns);
            boolean[] neurons = new boolean[layer.feedForward().down().in()];
            for (int neuron : cuts.neurons().get(i)) {
                neurons[neuron] = true;
            }
            kept.put(layer.feedForward().down().weight(), neurons);
        }
        return name -> Optional.ofNullable(kept.get(name)).map(columns -> (_, values) -> {
            for (int i = 0; i < values.length; i++) {
                values[i] = columns[i] ? values[i] : 0;
            }
        });
    }

    private static void assertSame(float[] found, float[] expected) {
        float distance = 0;
        float size = 0;
        for (int i = 0; i < expected.length; i++) {
            distance = Math.max(distance, Math.abs(found[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        assertThat(distance).isLessThan(1e-4f * size + 1e-5f);
    }
}
