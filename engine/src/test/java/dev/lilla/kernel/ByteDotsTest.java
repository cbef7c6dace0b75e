package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.kernel.x64.ByteDots;
import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// The products of AVX2 with each of the instructions that they can be made of, so far as this processor has
/// them.
class ByteDotsTest {
    private static final int TOKENS = 7;
    private static final int OUT = 37;

    private static PanelProducts products(ByteDots dots) {
        Set<CpuFeature> features = CpuFeature.ofThisMachine().orElse(Set.of());
        assumeTrue(Isa.AVX2.missing(features).isEmpty(), "this processor has no AVX2");
        boolean isHere = switch (dots) {
            case MULTIPLY_ADD -> true;
            case AVX_VNNI -> features.contains(CpuFeature.AVX_VNNI);
            case AVX512_VNNI -> Isa.AVX512.missing(features).isEmpty();
        };
        assumeTrue(isHere, () -> "this processor lacks " + dots);
        return new PanelProducts(new KernelSet(Isa.AVX2, dots));
    }

    private static HostMatrix product(
            PanelProducts products, HostWeight weight, HostMatrix x, KernelOperands operands) {
        LinearOperands linear = new LinearOperands(MachineCodeContractTest.kernels(Isa.AVX2), operands);
        HostWeight panels = linear.packed(weight);
        LinearInput input = linear.input(panels, x);
        PackedWeight packed = Objects.requireNonNull(panels.packed());
        EncodedRows rows = Objects.requireNonNull(input.encoded(packed.layout().encoding()));
        HostMatrix y = operands.matrix(x.rows(), weight.out());
        products.multiply(
                packed, rows, y, operands.share(0, weight.out()), PanelProducts.Ending.storing(null, weight.out()));
        return y;
    }

    @ParameterizedTest
    @EnumSource
    void allGiveTheSameBits(ByteDots dots) {
        PanelProducts products = products(dots);
        PanelProducts others = products(ByteDots.MULTIPLY_ADD);
        for (ElementType type : ElementType.values()) {
            if (type.isQuantized()) {
                try (KernelOperands operands = new KernelOperands(5)) {
                    HostWeight weight = operands.weight(type, OUT, 512);
                    HostMatrix x = operands.matrix(TOKENS, 512);
                    KernelsContract.assertSameBits(
                            product(products, weight, x, operands), product(others, weight, x, operands));
                }
            }
        }
    }

    /// The largest codes of both signs meet the largest activations, so that a sum of 16 bits would overflow
    /// first.
    ///
    /// @param from first byte of the codes in a block
    @ParameterizedTest
    @CsvSource({"Q4_0,2,18", "Q4_1,4,20", "Q5_1,4,24", "Q8_0,2,34", "Q4_K,16,144", "Q5_K,16,176", "Q6_K,0,192"})
    void nothingSaturates(ElementType type, int from, int to) {
        for (ByteDots dots : new ByteDots[] {ByteDots.MULTIPLY_ADD, ByteDots.of(features())}) {
            for (int pattern : new int[] {0x00, 0xFF, 0x80, 0x7F}) {
                try (KernelOperands operands = new KernelOperands(pattern)) {
                    HostWeight weight = operands.weight(type, OUT, 256);
                    fillCodes(weight.data(), type.blockBytes(), from, to, pattern);
                    HostMatrix x = operands.matrix(TOKENS, 256);
                    for (int t = 0; t < TOKENS; t++) {
                        for (int k = 0; k < x.columns(); k++) {
                            x.set(t, k, k % (t + 1) == 0 ? 1 : -1);
                        }
                    }
                    check(weight, x, product(products(dots), weight, x, operands));
                }
            }
        }
    }

    private static Set<CpuFeature> features() {
        return CpuFeature.ofThisMachine().orElse(Set.of());
    }

    private static void fillCodes(MemorySegment blocks, int blockBytes, int from, int to, int pattern) {
        for (long at = 0; at < blocks.byteSize(); at += blockBytes) {
            blocks.asSlice(at + from, to - from).fill((byte) pattern);
        }
    }

    private static void check(HostWeight weight, HostMatrix x, HostMatrix y) {
        float[] row = new float[x.columns()];
        for (int r = 0; r < weight.out(); r++) {
            weight.copyRow(r, row);
            for (int t = 0; t < x.rows(); t++) {
                double sum = 0;
                double size = 0;
                for (int k = 0; k < row.length; k++) {
                    sum += row[k] * x.get(t, k);
                    size += Math.abs(row[k]);
                }
                assertThat((double) y.get(t, r))
                        .as("row %d, token %d", r, t)
                        .isCloseTo(sum, Offset.offset(1e-5 * size + 1e-6));
            }
        }
    }
}
