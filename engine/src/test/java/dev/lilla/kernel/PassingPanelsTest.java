package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.x64.Isa;
import dev.lilla.tensor.ElementType;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Panels that are made whenever they are multiplied give the bits of those that are kept.
class PassingPanelsTest {
    /// Rows and columns of weights: whole panels and not, one group of panels and several, blocks in pairs and not.
    private static final int[][] SHAPES = {{16, 256}, {37, 288}, {400, 2048}};

    static Stream<Arguments> cases() {
        return Stream.of(Isa.values())
                .flatMap(isa -> Arrays.stream(ElementType.values())
                        .filter(ElementType::isReal)
                        .map(type -> Arguments.of(isa, type)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void multiplyLikePackedOnes(Isa isa, ElementType type) {
        MachineCodeKernels kernels = MachineCodeContractTest.kernels(isa);
        for (int[] shape : SHAPES) {
            int in = type.blockElements() > 32 ? Math.ceilDiv(shape[1], 256) * 256 : shape[1];
            for (int rows : new int[] {1, 5, 40}) {
                compare(kernels, type, shape[0], in, rows);
            }
        }
    }

    private static void compare(MachineCodeKernels kernels, ElementType type, int out, int in, int rows) {
        try (KernelOperands operands = new KernelOperands(out + rows)) {
            LinearOperands linear = new LinearOperands(kernels, operands);
            HostWeight stored = operands.weight(type, out, in);
            HostWeight packed = linear.packed(stored);
            HostWeight passing = stored.passing(Objects.requireNonNull(packed.layout()));
            HostWeight bias = operands.vector(out);
            HostMatrix x = operands.matrix(rows, in);
            HostMatrix expected = operands.matrix(rows, out);
            HostMatrix found = operands.matrix(rows, out);
            // The second share begins inside a group of panels.
            int border = Math.min(32, out);
            for (Share share : new Share[] {operands.share(0, border), operands.share(border, out)}) {
                kernels.matmul(packed, bias, linear.input(packed, x), expected, share);
                kernels.matmul(passing, bias, linear.input(passing, x), found, share);
            }
            assertSame(found, expected, type + " " + out + " x " + in + ", " + rows + " rows");
            kernels.matmulAdd(packed, 0.5f, linear.input(packed, x), expected, operands.share(0, out));
            kernels.matmulAdd(passing, 0.5f, linear.input(passing, x), found, operands.share(0, out));
            assertSame(found, expected, type + " " + out + " x " + in + " added, " + rows + " rows");
        }
    }

    private static void assertSame(HostMatrix found, HostMatrix expected, String what) {
        for (int row = 0; row < expected.rows(); row++) {
            for (int column = 0; column < expected.columns(); column++) {
                assertThat(Float.floatToRawIntBits(found.get(row, column)))
                        .as("%s: [%d, %d]", what, row, column)
                        .isEqualTo(Float.floatToRawIntBits(expected.get(row, column)));
            }
        }
    }
}
