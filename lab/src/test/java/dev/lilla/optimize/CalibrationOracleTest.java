package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.ExactHost;
import dev.lilla.Oracle;
import dev.lilla.evaluate.TextWindow;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Dequantizer;
import dev.lilla.kernel.HostBackend;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.Linear;
import dev.lilla.model.Norm;
import dev.lilla.model.Projection.HeadLayout;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ImportanceMatrix.Entry;
import dev.lilla.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The sums of the first layer, computed by hand: where all tokens of a window are the same, attention
/// gives their value back, whatever its weights are.
class CalibrationOracleTest {
    private static final int TOKEN = 7;
    private static final int TOKENS = 6;

    @TestFactory
    Stream<DynamicTest> sumsTheSquaresOfWhatLinearMapsRead() {
        return Oracle.modelNames().stream()
                .map(model -> DynamicTest.dynamicTest(model, () -> {
                    try (Backend backend = HostBackend.open(ExactHost.options());
                            ModelDescription description =
                                    ModelDescription.open(Oracle.model(model), LoadOptions.DEFAULT)) {
                        check(description, seen(description, backend));
                    }
                }));
    }

    private static ImportanceMatrix seen(ModelDescription model, Backend backend) {
        List<TextWindow> windows = List.of(
                new TextWindow(new int[] {TOKEN, TOKEN, TOKEN, TOKEN}, 1), new TextWindow(new int[] {TOKEN, TOKEN}, 1));
        return Calibration.run(model, backend, windows, List.of("text"), (_, _) -> {})
                .importance();
    }

    private static void check(ModelDescription model, ImportanceMatrix found) {
        DecoderSpec spec = model.spec();
        assertThat(found.entries().values()).allMatch(entry -> entry.count() == TOKENS);
        Attention attention = CutScores.attention(spec.layers().getFirst());
        float[] input = normed(model, attention.norm(), embedded(model));
        for (Linear part : attention.projection().parts()) {
            model.ggufRows(part.weight()).forEach(rows -> assertSquares(entry(found, rows.name()), input, rows.name()));
        }
        float[] projected = projected(model, attention.projection().parts(), input);
        String output = model.ggufRows(attention.output().weight()).getFirst().name();
        assertSquares(entry(found, output), attended(attention, projected), output);
    }

    private static ImportanceMatrix.Entry entry(ImportanceMatrix matrix, String tensor) {
        return Objects.requireNonNull(matrix.entries().get(tensor), tensor);
    }

    private static float[] embedded(ModelDescription model) {
        float[] row = Dequantizer.row(model.tensor(model.spec().embedding().table()), TOKEN);
        for (int i = 0; i < row.length; i++) {
            row[i] *= model.spec().embedding().scale();
        }
        return row;
    }

    private static float[] normed(ModelDescription model, Norm norm, float[] x) {
        float[] weight = Dequantizer.row(model.tensor(norm.weight()), 0);
        double mean = 0;
        if (norm.kind() == Norm.Kind.LAYER) {
            for (float value : x) {
                mean += value / x.length;
            }
        }
        double square = 0;
        for (float value : x) {
            square += (value - mean) * (value - mean) / x.length;
        }
        float[] result = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            result[i] = (float) ((x[i] - mean) / Math.sqrt(square + norm.epsilon()) * weight[i]);
            if (norm.bias().isPresent()) {
                result[i] += Dequantizer.row(model.tensor(norm.bias().get()), 0)[i];
            }
        }
        return result;
    }

    private static float[] projected(ModelDescription model, List<Linear> parts, float[] x) {
        float[] result = new float[parts.stream().mapToInt(Linear::out).sum()];
        int at = 0;
        for (Linear part : parts) {
            Tensor weight = model.tensor(part.weight());
            for (int row = 0; row < part.out(); row++) {
                float[] values = Dequantizer.row(weight, row);
                double sum = part.bias().isEmpty()
                        ? 0
                        : Dequantizer.row(model.tensor(part.bias().get()), 0)[row];
                for (int i = 0; i < x.length; i++) {
                    sum += (double) values[i] * x[i];
                }
                result[at++] = (float) sum;
            }
        }
        return result;
    }

    /// The value of its K/V head for every query head.
    private static float[] attended(Attention attention, float[] projected) {
        HeadLayout queries = attention.projection().query();
        HeadLayout values = attention.projection().value();
        float[] result = new float[queries.width()];
        for (int head = 0; head < queries.heads(); head++) {
            int from = values.offset() + head * values.heads() / queries.heads() * values.stride();
            System.arraycopy(projected, from, result, head * queries.headDim(), queries.headDim());
        }
        return result;
    }

    private static void assertSquares(Entry found, float[] input, String name) {
        assertThat(found.squares()).as(name).hasSameSizeAs(input);
        float[] means = found.means();
        for (int i = 0; i < input.length; i++) {
            float square = input[i] * input[i];
            assertThat(means[i]).as(name + " column " + i).isCloseTo(square, within(1e-5f + 4e-3f * square));
        }
    }
}
