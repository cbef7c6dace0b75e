package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.kernel.x64.ByteDots;
import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.GuardedMemory;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.RowEncoding;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Rows laid out in tiles, on any processor with AVX-512 and bf16: that needs no AMX. [TileContract]
/// says what the tiles hold where rows are whole; here they hold the same where columns are.
@EnabledIf("hasBf16")
class TileRowsTest {
    private static final Set<CpuFeature> FEATURES = CpuFeature.ofThisMachine().orElse(Set.of());

    static boolean hasBf16() {
        return Isa.AVX512.missing(FEATURES).isEmpty() && FEATURES.contains(CpuFeature.AVX512_BF16);
    }

    private final TileRows encoder = new TileRows(new KernelSet(Isa.AVX512, ByteDots.of(FEATURES)));

    private EncodedRows encode(StridedMatrix x, KernelOperands operands) {
        MemorySegment memory = operands.memory(EncodedRows.bytes(RowEncoding.BF16, x.rows(), x.columns()));
        memory.fill((byte) 0x55);
        EncodedRows rows = new EncodedRows(RowEncoding.BF16, x.rows(), x.columns(), memory);
        encoder.encode(x, rows, operands.share(0, rows.tiles()));
        return rows;
    }

    @ParameterizedTest
    @CsvSource({
        "1,1", "2,1", "1,2", "15,31", "16,32", "17,33", "31,63", "32,64", "33,65", "48,511", "49,512", "65,513",
        "20,1100"
    })
    void areTheSameFromEitherOrder(int rows, int columns) {
        try (KernelOperands operands = new KernelOperands(31L * rows + columns)) {
            HostMatrix x = operands.matrix(rows, columns);
            HostMatrix turned = operands.matrix(columns, rows);
            for (int r = 0; r < rows; r++) {
                for (int k = 0; k < columns; k++) {
                    turned.set(k, r, x.get(r, k));
                }
            }
            EncodedRows expected = encode(StridedMatrix.of(x), operands);
            EncodedRows found = encode(StridedMatrix.of(turned).transposed(), operands);
            assertThat(found.memory().mismatch(expected.memory())).isEqualTo(-1);
        }
    }

    @Test
    void areMadeOfNothingBesideTheirColumns() {
        int[][] shapes = {{1, 16}, {17, 31}, {16, 32}, {33, 7}};
        for (int[] shape : shapes) {
            long bytes = 4L * shape[0] * shape[1];
            try (GuardedMemory guarded = GuardedMemory.of(bytes);
                    KernelOperands operands = new KernelOperands(2)) {
                for (MemorySegment memory : new MemorySegment[] {guarded.atStart(bytes), guarded.atEnd(bytes)}) {
                    StridedMatrix turned = new StridedMatrix(memory, 0, shape[1], shape[0], 4L * shape[0], 4);
                    EncodedRows rows = encode(turned.transposed(), operands);
                    assertThat(rows.memory().byteSize()).isPositive();
                }
            }
        }
    }

    @Test
    void refuseWhatHasNoNeighbors() {
        try (KernelOperands operands = new KernelOperands(4)) {
            StridedMatrix apart = new StridedMatrix(operands.memory(4096), 0, 4, 4, 64, 8);
            assertThatThrownBy(() -> encode(apart, operands))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("neither rows nor columns");
        }
    }

    @Test
    void refuseTilesOfAnotherShape() {
        try (KernelOperands operands = new KernelOperands(5)) {
            StridedMatrix x = StridedMatrix.of(operands.matrix(3, 40));
            EncodedRows rows = new EncodedRows(RowEncoding.BF16, 3, 41, operands.memory(4096));
            assertThatThrownBy(() -> encoder.encode(x, rows, operands.share(0, 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("rows [3, 40] encoded as [3, 41]");
        }
    }
}
