package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.tensor.ElementType;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PanelPackerTest {
    static Stream<ElementType> types() {
        return Arrays.stream(ElementType.values()).filter(ElementType::isReal);
    }

    /// Rows and columns: whole panels and not, columns that fill blocks and not.
    private static int[][] shapes(ElementType type) {
        int block = type.blockElements();
        return block == 1
                ? new int[][] {{16, 1}, {17, 2}, {40, 7}, {32, 100}}
                : new int[][] {{1, block}, {16, block}, {17, 3 * block}, {48, 4 * block}};
    }

    private static PackedWeight packed(Kernels kernels, HostWeight weight, KernelOperands operands) {
        PanelLayout layout = PanelPacker.layout(weight.type());
        long bytes = PackedWeight.bytes(layout, weight.out(), weight.in());
        PackedWeight packed = new PackedWeight(layout, weight.out(), weight.in(), operands.memory(bytes));
        kernels.pack(weight, packed, operands.share(0, packed.panels()));
        return packed;
    }

    @ParameterizedTest
    @MethodSource("types")
    void machineCodeLaysOutTheSameBytes(ElementType type) {
        MachineCodeKernels kernels = MachineCodeContractTest.kernels(Isa.AVX512);
        for (int[] shape : shapes(type)) {
            try (KernelOperands operands = new KernelOperands(shape[0])) {
                HostWeight weight = operands.weight(type, shape[0], shape[1]);
                PackedWeight expected = packed(new ReferenceKernels(), weight, operands);
                PackedWeight found = packed(kernels, weight, operands);
                assertThat(found.data().mismatch(expected.data()))
                        .as(type + " " + Arrays.toString(shape))
                        .isEqualTo(-1);
            }
        }
    }
}
