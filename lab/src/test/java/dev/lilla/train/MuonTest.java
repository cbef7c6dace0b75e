package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.ExactHost;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.Parameter;
import dev.lilla.kernel.Precision;
import dev.lilla.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Against `torch.optim.Muon`, whose iteration ran in double for this, as it would round to bf16 otherwise.
class MuonTest {
    private static final JsonNode REFERENCE = reference();

    private static JsonNode reference() {
        try (InputStream json = MuonTest.class.getResourceAsStream("muon.json")) {
            return JsonMapper.shared().readTree(json);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Stream<JsonNode> cases() {
        return REFERENCE.path("cases").valueStream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void movesAMatrixAsPyTorchDoes(JsonNode matrix) {
        try (Backend backend = HostBackend.open(ExactHost.options())) {
            Gradients gradients = backend.gradients(Precision.F32);
            int rows = matrix.path("rows").intValue();
            int columns = matrix.path("columns").intValue();
            Parameter parameter = gradients.parameter("w", Shape.of(rows, columns));
            MuonSlot slot = new MuonSlot(
                    parameter,
                    new NewtonSchulz(rows, columns, backend, gradients),
                    new OptimizerOptions.Muon(REFERENCE.path("momentum").doubleValue()),
                    backend);
            write(floats(matrix.path("start")), parameter.values(), backend);
            OptimizerOptions options = new OptimizerOptions(
                    0.9,
                    0.999,
                    1e-8,
                    new OptimizerOptions.Decay(
                            REFERENCE.path("weight_decay").doubleValue(), OptimizerOptions.Decay.Of.MATRICES),
                    0,
                    Optional.of(OptimizerOptions.Muon.STANDARD));
            int number = 0;
            for (JsonNode step : matrix.path("steps")) {
                number++;
                write(floats(step.path("gradient")), parameter.gradient(), backend);
                slot.step(new Slot.Step(number, REFERENCE.path("lr").doubleValue(), 1), options, gradients);
                float[] expected = floats(step.path("values"));
                float[] found = read(parameter.values(), backend);
                for (int i = 0; i < expected.length; i++) {
                    assertThat(found[i]).as("step %d, %d", number, i).isCloseTo(expected[i], within(2e-5f));
                }
            }
            assertThat(number).isEqualTo(3);
        }
    }

    @Test
    void bringsSingularValuesNearToOne() {
        try (Backend backend = HostBackend.open(ExactHost.options())) {
            Gradients gradients = backend.gradients(Precision.F32);
            NewtonSchulz iteration = new NewtonSchulz(48, 16, backend, gradients);
            float[] numbers = new float[48 * 16];
            Random random = new Random(3);
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) (1000 * random.nextGaussian());
            }
            write(numbers, iteration.input(), backend);
            iteration.run();
            float[] found = read(iteration.input(), backend);
            for (int column = 0; column < 16; column++) {
                double squares = 0;
                for (int row = 0; row < 48; row++) {
                    squares += found[row * 16 + column] * found[row * 16 + column];
                }
                assertThat(Math.sqrt(squares)).isBetween(0.6, 1.25);
            }
        }
    }

    @Test
    void leavesAMatrixWithoutGradientsAlone() {
        try (Backend backend = HostBackend.open(ExactHost.options())) {
            Gradients gradients = backend.gradients(Precision.F32);
            Parameter parameter = gradients.parameter("w", Shape.of(3, 4));
            float[] start = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
            write(start, parameter.values(), backend);
            MuonSlot slot = new MuonSlot(
                    parameter, new NewtonSchulz(3, 4, backend, gradients), OptimizerOptions.Muon.STANDARD, backend);
            slot.step(new Slot.Step(1, 0.1, 1), OptimizerOptions.standard(), gradients);
            assertThat(read(parameter.values(), backend)).isEqualTo(start);
        }
    }

    private static float[] floats(JsonNode array) {
        float[] floats = new float[array.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = array.path(i).floatValue();
        }
        return floats;
    }

    private static void write(float[] numbers, Activation matrix, Backend backend) {
        for (int row = 0; row < matrix.rows(); row++) {
            int from = row * matrix.columns();
            backend.write(Arrays.copyOfRange(numbers, from, from + matrix.columns()), matrix, row);
        }
    }

    private static float[] read(Activation matrix, Backend backend) {
        float[] all = new float[matrix.rows() * matrix.columns()];
        float[] row = new float[matrix.columns()];
        for (int r = 0; r < matrix.rows(); r++) {
            backend.read(matrix, r, row);
            System.arraycopy(row, 0, all, r * row.length, row.length);
        }
        return all;
    }
}
