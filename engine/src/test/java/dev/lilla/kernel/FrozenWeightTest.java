package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.lilla.kernel.x64.Isa;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Weights that stay as they are while others are trained: held once, and the same maps as packed ones.
class FrozenWeightTest {
    private static final int ROWS = 70;
    private static final int OUT = 50;
    private static final int IN = 512;

    static Stream<Arguments> cases() {
        return Stream.of(ElementType.F32, ElementType.F16, ElementType.BF16, ElementType.Q8_0, ElementType.Q4_0)
                .flatMap(type -> Stream.of(Precision.values()).map(precision -> Arguments.of(type, precision)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mapAsPackedOnesDoAndHoldNothingBeside(ElementType type, Precision precision) {
        try (Backend backend = HostBackend.open(new HostOptions(HostOptions.Choice.AUTO, 2))) {
            check(backend, type, precision);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mapAsPackedOnesDoOnTiles(ElementType type, Precision precision) {
        try (Backend backend = MachineCodeBackend.open(Isa.AMX, 2)) {
            check(backend, type, precision);
        }
    }

    private static void check(Backend backend, ElementType type, Precision precision) {
        try (KernelOperands operands = new KernelOperands(21)) {
            HostWeight stored = operands.weight(type, OUT, IN);
            Tensor tensor = new Tensor("weight", type, stored.shape(), stored.data());
            HostWeight frozen = (HostWeight) backend.gradients(precision).frozen(tensor);
            assertThat(frozen.packed()).isNull();
            assertThat(frozen.data().address()).isEqualTo(stored.data().address());

            HostMatrix x = operands.matrix(ROWS, IN);
            HostMatrix found = operands.matrix(ROWS, OUT);
            HostMatrix expected = operands.copy(found);
            backend.linear(List.of(new LinearTerm(frozen, null, found)), x, List.of());
            backend.linear(List.of(new LinearTerm(backend.linearWeight(tensor), null, expected)), x, List.of());
            same(x, stored, found, expected, frozen.direct() == null ? 1e-5 : 0x1p-8);
            backend.linearAdd(frozen, 0.5f, x, found);
            backend.linearAdd(backend.linearWeight(tensor), 0.5f, x, expected);
            same(x, stored, found, expected, frozen.direct() == null ? 1e-5 : 0x1p-7);
        }
    }

    /// @param tolerance of the sum of the magnitudes of a product
    private static void same(HostMatrix x, HostWeight weight, HostMatrix found, HostMatrix expected, double tolerance) {
        float[] row = new float[IN];
        for (int o = 0; o < OUT; o++) {
            weight.copyRow(o, row);
            for (int t = 0; t < ROWS; t++) {
                double size = 0;
                for (int i = 0; i < IN; i++) {
                    size += Math.abs((double) row[i] * x.get(t, i));
                }
                assertThat((double) found.get(t, o)).isCloseTo(expected.get(t, o), offset(tolerance * size));
            }
        }
    }
}
