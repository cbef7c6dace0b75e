package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.ExactHost;
import dev.lilla.Oracle;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.Parameter;
import dev.lilla.kernel.Precision;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Gradients against differences of the loss: for every kind of block and switch, and for the families that no other
/// trainer knows.
class GradientCheckTest {
    private static final List<TrainingSequence> SEQUENCES = List.of(
            new TrainingSequence(SmallSpec.tokens(23, 1), weights(23)),
            TrainingSequence.of(SmallSpec.tokens(2, 2)),
            TrainingSequence.of(SmallSpec.tokens(9, 3)));

    private static final double TOLERANCE = 2e-3;

    private static float[] weights(int count) {
        float[] weights = new float[count];
        for (int i = 0; i < count; i++) {
            weights[i] = i % 3 == 0 ? 0 : 0.25f * (i % 5);
        }
        return weights;
    }

    record Sample(String name, Consumer<SmallSpec> change) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Sample> samples() {
        return Stream.of(
                new Sample("llama", small -> {}),
                new Sample("layer norms and biases", small -> {
                    small.norm = Norm.Kind.LAYER;
                    small.biases = true;
                }),
                new Sample("fused projections", small -> {
                    small.heads = SmallSpec.Heads.FUSED;
                    small.expansion = SmallSpec.Expansion.GATED_FUSED;
                }),
                new Sample("interleaved projections, up before gate", small -> {
                    small.heads = SmallSpec.Heads.INTERLEAVED;
                    small.expansion = SmallSpec.Expansion.UP_BEFORE_GATE;
                }),
                new Sample("parallel with one norm, plain and exact GELU", small -> {
                    small.order = LayerSpec.Order.PARALLEL;
                    small.sharedNorm = true;
                    small.expansion = SmallSpec.Expansion.PLAIN;
                    small.function = ActivationFunction.GELU_ERF;
                    small.tied = true;
                }),
                new Sample("parallel with two norms", small -> small.order = LayerSpec.Order.PARALLEL),
                new Sample("caps, post-norms and a window", small -> {
                    small.window = 5;
                    small.scoreCap = 4;
                    small.logitCap = 6;
                    small.postNorms = true;
                    small.function = ActivationFunction.GELU_TANH;
                    small.embeddingScale = 3;
                    small.tied = true;
                }),
                new Sample("head norms", small -> {
                    small.headNorms = true;
                    small.heads = SmallSpec.Heads.FUSED;
                }),
                new Sample(
                        "half of the head rotated in pairs",
                        small -> small.rotary = SmallSpec.rotary(RotaryStyle.INTERLEAVED, SmallSpec.HEAD_DIM / 2)),
                new Sample("log-n", small -> small.logn = OptionalInt.of(7)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void agreesWithDifferences(Sample sample) {
        DecoderSpec spec = SmallSpec.with(sample.change());
        check(spec, RandomWeights.of(spec, 7), SEQUENCES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen", "geb", "chatglm3"})
    void agreesWithDifferencesInFamilies(String family) {
        List<TrainingSequence> sequences = List.of(
                TrainingSequence.of(OracleModel.of(family).prompts().getFirst().ids()));
        try (ModelDescription model = ModelDescription.open(Oracle.model(family), LoadOptions.DEFAULT)) {
            check(model.spec(), model::tensor, sequences);
        }
    }

    /// A random direction in all parameters: the loss must change along it by the gradient's share of it. Each
    /// parameter on its own as well, so that none hides behind others.
    private static void check(DecoderSpec spec, Function<String, Tensor> tensors, List<TrainingSequence> sequences) {
        try (Backend backend = HostBackend.open(new HostOptions(HostOptions.Choice.REFERENCE, 2))) {
            Gradients gradients = backend.gradients(Precision.F32);
            try (TrainableDecoder decoder =
                    TrainableDecoder.full(spec, tensors, backend, gradients, TrainingLimits.rows(256))) {
                assertDirections(decoder, backend, sequences);
            }
        }
    }

    private static void assertDirections(TrainableDecoder decoder, Backend backend, List<TrainingSequence> sequences) {
        decoder.clearGradients();
        decoder.accumulate(sequences, 1, 0);
        SplittableRandom random = new SplittableRandom(3);
        for (Parameter parameter : decoder.parameters()) {
            float[][] values = rows(backend, parameter.values());
            float[][] gradient = rows(backend, parameter.gradient());
            double size = Math.sqrt(squares(gradient));
            assertThat(size).as(parameter.name()).isPositive();
            float[][] direction = new float[values.length][values[0].length];
            double along = 0;
            for (int r = 0; r < values.length; r++) {
                for (int i = 0; i < values[r].length; i++) {
                    // Mostly uphill, so that the change is well above the rounding of the loss.
                    direction[r][i] = (float) (gradient[r][i] / size
                            + 0.3 * random.nextGaussian() / Math.sqrt(values.length * values[r].length));
                    along += direction[r][i] * (double) gradient[r][i];
                }
            }
            double slope = slope(step -> lossAt(decoder, backend, sequences, parameter, values, direction, step));
            write(backend, parameter.values(), values);
            assertThat(slope).as(parameter.name()).isCloseTo(along, within(TOLERANCE * along));
        }
    }

    /// The derivative at 0 by differences on both sides, at two distances: what they get wrong in the
    /// third order cancels (Richardson).
    private static double slope(DoubleUnaryOperator loss) {
        double near = 0.002;
        double far = 2 * near;
        double nearSlope = (loss.applyAsDouble(near) - loss.applyAsDouble(-near)) / (2 * near);
        double farSlope = (loss.applyAsDouble(far) - loss.applyAsDouble(-far)) / (2 * far);
        return (4 * nearSlope - farSlope) / 3;
    }

    private static double lossAt(
            TrainableDecoder decoder,
            Backend backend,
            List<TrainingSequence> sequences,
            Parameter parameter,
            float[][] values,
            float[][] direction,
            double step) {
        float[][] moved = new float[values.length][values[0].length];
        for (int r = 0; r < values.length; r++) {
            for (int i = 0; i < values[r].length; i++) {
                moved[r][i] = (float) (values[r][i] + step * direction[r][i]);
            }
        }
        write(backend, parameter.values(), moved);
        return decoder.evaluate(sequences).loss();
    }

    @Test
    void givesTheSameBitsForAnyNumberOfThreadsAndWithRecomputation() {
        DecoderSpec spec = SmallSpec.with(small -> small.postNorms = true);
        float[][][] expected = gradients(spec, 1, false);
        assertThat(gradients(spec, 2, false)).isDeepEqualTo(expected);
        assertThat(gradients(spec, 2, true)).isDeepEqualTo(expected);
    }

    private static float[][][] gradients(DecoderSpec spec, int threads, boolean recomputes) {
        try (Backend backend =
                HostBackend.open(new HostOptions(ExactHost.options().kernels(), threads))) {
            Gradients gradients = backend.gradients(Precision.F32);
            try (TrainableDecoder decoder = TrainableDecoder.full(
                    spec, RandomWeights.of(spec, 7), backend, gradients, new TrainingLimits(64, recomputes))) {
                decoder.accumulate(SEQUENCES, 1, 0);
                return decoder.parameters().stream()
                        .map(parameter -> rows(backend, parameter.gradient()))
                        .toArray(float[][][]::new);
            }
        }
    }

    @Test
    void dropsTheSameInputsForwardAndBackward() {
        DecoderSpec spec = SmallSpec.with(small -> {});
        Set<String> weights = Set.of("blk.0.attn_q.weight", "blk.1.ffn_down.weight", "blk.2.attn_output.weight");
        LoraSetup setup = new LoraSetup(weights, 3, 1.5f, 0.3f, 11);
        try (Backend backend = HostBackend.open(new HostOptions(HostOptions.Choice.REFERENCE, 2))) {
            Gradients gradients = backend.gradients(Precision.F32);
            try (TrainableDecoder decoder = TrainableDecoder.lora(
                    spec, RandomWeights.of(spec, 7), backend, gradients, setup, TrainingLimits.rows(64))) {
                randomize(decoder, backend);
                decoder.accumulate(SEQUENCES, 1, 5);
                Map<String, float[][]> found = new HashMap<>();
                decoder.parameters()
                        .forEach(parameter -> found.put(parameter.name(), rows(backend, parameter.gradient())));
                for (Parameter parameter : decoder.parameters()) {
                    float[][] values = rows(backend, parameter.values());
                    float[][] gradient = Objects.requireNonNull(found.get(parameter.name()));
                    double size = Math.sqrt(squares(gradient));
                    double slope =
                            slope(step -> lossWithDropout(decoder, backend, parameter, values, gradient, step / size));
                    write(backend, parameter.values(), values);
                    assertThat(slope).as(parameter.name()).isCloseTo(size, within(TOLERANCE * size));
                }
            }
        }
    }

    private static double lossWithDropout(
            TrainableDecoder decoder,
            Backend backend,
            Parameter parameter,
            float[][] values,
            float[][] direction,
            double step) {
        float[][] moved = new float[values.length][values[0].length];
        for (int r = 0; r < values.length; r++) {
            for (int i = 0; i < values[r].length; i++) {
                moved[r][i] = (float) (values[r][i] + step * direction[r][i]);
            }
        }
        write(backend, parameter.values(), moved);
        return decoder.accumulate(SEQUENCES, 1, 5).loss();
    }

    private static void randomize(TrainableDecoder decoder, Backend backend) {
        SplittableRandom random = new SplittableRandom(13);
        for (Parameter parameter : decoder.parameters()) {
            float[][] values = rows(backend, parameter.values());
            for (float[] row : values) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = (float) random.nextGaussian(0, 0.3);
                }
            }
            write(backend, parameter.values(), values);
        }
    }

    private static double squares(float[][] rows) {
        double sum = 0;
        for (float[] row : rows) {
            for (float value : row) {
                sum += (double) value * value;
            }
        }
        return sum;
    }

    private static float[][] rows(Backend backend, Activation activation) {
        float[][] rows = new float[activation.rows()][activation.columns()];
        for (int r = 0; r < rows.length; r++) {
            backend.read(activation, r, rows[r]);
        }
        return rows;
    }

    private static void write(Backend backend, Activation activation, float[][] rows) {
        for (int r = 0; r < rows.length; r++) {
            backend.write(rows[r], activation, r);
        }
    }
}
