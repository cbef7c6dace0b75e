package dev.lilla.kernel;

import dev.lilla.kernel.x64.Factors;
import dev.lilla.kernel.x64.MatrixProduct;
import java.lang.foreign.MemorySegment;

/// The right matrix of a product, `[depth, columns]`, as [MatrixProduct] reads it: cut along k into blocks of
/// [#BLOCK_STEPS], each block into panels of two vectors of columns, the last panel of one where that is enough.
///
/// @param depth elements along k
/// @param lanes f32 of a vector
/// @param memory for [#bytes]
record MatrixPanels(Factors factors, int depth, int columns, int lanes, MemorySegment memory) {
    /// Steps of k whose sums stay in registers. At 384 the 12 rows of a tile take 18 KiB of the first-level cache
    /// (32 KiB), the panels of 128 columns 192 KiB of the second (256 KiB on the smallest); and C, read and written
    /// once a block, costs 48 accesses to 384 * 24 multiply-adds.
    static final int BLOCK_STEPS = 384;

    private static final int WORD = Float.BYTES;

    MatrixPanels {
        if (memory.byteSize() < bytes(factors, depth, columns, lanes)) {
            throw new IllegalArgumentException(
                    "panels for [" + depth + ", " + columns + "] in " + memory.byteSize() + " bytes");
        }
    }

    static long bytes(Factors factors, int depth, int columns, int lanes) {
        return (long) factors.steps(depth) * width(columns, lanes) * WORD;
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
        return BLOCK_STEPS * factors.columns();
    }

    int blocks() {
        return Math.ceilDiv(depth, blockDepth());
    }

    /// Elements along k of block `block`.
    int depthOf(int block) {
        return Math.min(blockDepth(), depth - block * blockDepth());
    }

    int stepsOf(int block) {
        return factors.steps(depthOf(block));
    }

    /// The byte where a panel of a block begins.
    long offset(int block, int panel) {
        long before = (long) block * BLOCK_STEPS * width(columns, lanes);
        return (before + (long) panel * panelColumns() * stepsOf(block)) * WORD;
    }
}
