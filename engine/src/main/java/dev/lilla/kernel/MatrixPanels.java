package dev.lilla.kernel;

import dev.lilla.kernel.x64.MatrixProduct;
import java.lang.foreign.MemorySegment;

/// The right matrix of a product, `[depth, columns]`, as [MatrixProduct] and its twin on tiles read it:
/// cut along k into blocks of [MatrixUnit#blockSteps], each block into panels of two vectors of
/// columns, the last panel of one where that is enough.
///
/// @param unit what multiplies it
/// @param depth elements along k
/// @param lanes f32 of a vector
/// @param memory for [#bytes]
record MatrixPanels(MatrixUnit unit, int depth, int columns, int lanes, MemorySegment memory) {
    private static final int WORD = Float.BYTES;

    MatrixPanels {
        if (memory.byteSize() < bytes(unit, depth, columns, lanes)) {
            throw new IllegalArgumentException(
                    "panels for [" + depth + ", " + columns + "] in " + memory.byteSize() + " bytes");
        }
    }

    static long bytes(MatrixUnit unit, int depth, int columns, int lanes) {
        return (long) filledUp(unit, depth) * width(columns, lanes) * WORD;
    }

    /// Steps of so many elements along k, with those that are zeros.
    private static int filledUp(MatrixUnit unit, int depth) {
        return Math.ceilDiv(unit.factors().steps(depth), unit.stepGrain()) * unit.stepGrain();
    }

    /// Columns with those that only fill the last vector.
    private static int width(int columns, int lanes) {
        return Math.ceilDiv(columns, lanes) * lanes;
    }

    /// Columns of a panel, but for the last.
    int panelColumns() {
        return MatrixProduct.VECTORS * lanes;
    }

    int panels() {
        return Math.ceilDiv(columns, panelColumns());
    }

    /// Vectors of the last panel's rows.
    int lastVectors() {
        return Math.ceilDiv(columns - (panels() - 1) * panelColumns(), lanes);
    }

    /// Bytes of a row of a panel.
    int rowBytes(int panel) {
        return (panel == panels() - 1 ? lastVectors() : MatrixProduct.VECTORS) * lanes * WORD;
    }

    /// Elements along k of a block, but for the last.
    int blockDepth() {
        return unit.blockSteps() * unit.factors().columns();
    }

    int blocks() {
        return Math.ceilDiv(depth, blockDepth());
    }

    /// Elements along k of block `block`.
    int depthOf(int block) {
        return Math.min(blockDepth(), depth - block * blockDepth());
    }

    /// Steps of block `block`, with those that are zeros.
    int stepsOf(int block) {
        return filledUp(unit, depthOf(block));
    }

    /// Writes the zeros behind the last step of a panel of a block.
    void fillUp(int block, int panel) {
        int steps = unit.factors().steps(depthOf(block));
        long rowBytes = rowBytes(panel);
        memory.asSlice(offset(block, panel) + steps * rowBytes, (stepsOf(block) - steps) * rowBytes)
                .fill((byte) 0);
    }

    /// The byte where a panel of a block begins.
    long offset(int block, int panel) {
        long before = (long) block * unit.blockSteps() * width(columns, lanes);
        return (before + (long) panel * panelColumns() * stepsOf(block)) * WORD;
    }
}
