package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.kernel.MatrixKernels.Part;
import dev.lilla.kernel.x64.ByteDots;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.RowEncoding;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is refused before a kernel gets an address, so that no processor with tiles is needed.
/// [MatrixProductsTest] has the products.
class MatrixTilesTest {
    private static final int LANES = 16;

    private final KernelOperands operands = new KernelOperands(1);
    private final MatrixTiles tiles = new MatrixTiles(new KernelSet(Isa.AMX, ByteDots.AVX512_VNNI));

    @AfterEach
    void close() {
        operands.close();
    }

    private EncodedRows rows(int rows, int columns) {
        return new EncodedRows(
                RowEncoding.BF16, rows, columns, operands.memory(EncodedRows.bytes(RowEncoding.BF16, rows, columns)));
    }

    private MatrixPanels panels(MatrixUnit unit, int depth, int columns) {
        MemorySegment memory = operands.memory(MatrixPanels.bytes(unit, depth, columns, LANES));
        return new MatrixPanels(unit, depth, columns, LANES, memory);
    }

    private void refuses(EncodedRows a, int from, MatrixPanels b, HostMatrix c, Part part) {
        assertThatThrownBy(() -> tiles.multiply(a, from, b, c, part, new Ending(1, false), operands.scratch()))
                .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class);
    }

    @Test
    void refusesPanelsForVectors() {
        MatrixPanels panels = panels(MatrixUnit.BF16_VECTORS, 64, 40);
        refuses(rows(40, 64), 0, panels, operands.matrix(40, 40), new Part(0, 40, 0, 2));
    }

    @Test
    void refusesPartsThatBeginInsideATile() {
        MatrixPanels panels = panels(MatrixUnit.BF16_TILES, 64, 40);
        refuses(rows(40, 64), 0, panels, operands.matrix(40, 40), new Part(16, 40, 0, 2));
    }

    @Test
    void refusesPartsBehindTheEnd() {
        MatrixPanels panels = panels(MatrixUnit.BF16_TILES, 64, 40);
        refuses(rows(40, 64), 0, panels, operands.matrix(40, 40), new Part(0, 41, 0, 2));
        refuses(rows(40, 64), 0, panels, operands.matrix(40, 40), new Part(0, 40, 0, 3));
        refuses(rows(40, 64), 0, panels, operands.matrix(39, 40), new Part(0, 40, 0, 2));
    }

    @Test
    void refusesSumsOfAnotherLength() {
        Part part = new Part(0, 40, 0, 2);
        refuses(rows(40, 64), 0, panels(MatrixUnit.BF16_TILES, 65, 40), operands.matrix(40, 40), part);
        refuses(rows(40, 64), 0, panels(MatrixUnit.BF16_TILES, 63, 40), operands.matrix(40, 40), part);
        refuses(rows(40, 600), 256, panels(MatrixUnit.BF16_TILES, 344, 40), operands.matrix(40, 40), part);
        refuses(rows(40, 1100), 512, panels(MatrixUnit.BF16_TILES, 88, 40), operands.matrix(40, 40), part);
    }

    @Test
    void refusesResultsOfAnotherWidth() {
        MatrixPanels panels = panels(MatrixUnit.BF16_TILES, 64, 40);
        refuses(rows(40, 64), 0, panels, operands.matrix(40, 41), new Part(0, 40, 0, 2));
    }

    @Test
    void refusesRowsInTooLittleMemory() {
        EncodedRows rows = new EncodedRows(RowEncoding.BF16, 40, 64, operands.memory(4096));
        MatrixPanels panels = panels(MatrixUnit.BF16_TILES, 64, 40);
        refuses(rows, 0, panels, operands.matrix(40, 40), new Part(0, 40, 0, 2));
    }
}
