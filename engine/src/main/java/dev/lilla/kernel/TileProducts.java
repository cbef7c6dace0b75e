package dev.lilla.kernel;

import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.kernel.x64.TileProduct;
import dev.lilla.kernel.x64.TileProduct.Argument;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Linear maps over panels by AMX: multiplies rows in tiles of bf16 ([TileRows]) with panels.
/// [PanelProducts] has checked the operands.
///
/// @param kernels of a processor with AMX
record TileProducts(KernelSet kernels) {
    /// A kernel gets at most so many panels and tiles of rows: 512 by 512 results, 1 MiB of sums, half of a
    /// second-level cache of 2 MiB. Fewer weight rows at once would read the rows more often.
    private static final int PANELS_MAX = 32;

    private static final int TILES_MAX = 16;

    /// Panels of a micro tile.
    private static final int PAIR = 2;

    /// Multiplies with rows `share.from()` to `share.to()` of the weight.
    void multiply(PackedWeight weight, EncodedRows x, HostMatrix y, Share share, PanelProducts.Ending ending) {
        int end = Math.ceilDiv(share.to(), PanelLayout.ROWS);
        for (int panel = share.from() / PanelLayout.ROWS; panel < end; panel += PANELS_MAX) {
            int panels = Math.min(PANELS_MAX, end - panel);
            for (int tile = 0; tile < x.tiles(); tile += TILES_MAX) {
                Block block = new Block(panel, panels, tile, Math.min(TILES_MAX, x.tiles() - tile));
                multiply(weight, x, y, share, ending, block);
            }
        }
    }

    /// What one call computes.
    private record Block(int panel, int panels, int tile, int tiles) {
        long sumBytes() {
            return (long) Math.ceilDiv(panels, PAIR) * tiles * TileProduct.MICRO_BYTES;
        }
    }

    private void multiply(
            PackedWeight weight, EncodedRows x, HostMatrix y, Share share, PanelProducts.Ending ending, Block block) {
        Scratch scratch = share.scratch();
        MemorySegment arguments = scratch.arguments();
        MemorySegment memory = scratch.memory(TileProduct.WEIGHT_BYTES + block.sumBytes());
        int tileRows = x.encoding().tileRows();
        int firstRow = block.panel() * PanelLayout.ROWS;
        int lastPair = firstRow + (block.panels() - 1) / PAIR * PAIR * PanelLayout.ROWS;
        int lanes = Math.min(PAIR * PanelLayout.ROWS, share.to() - lastPair);
        int firstX = block.tile() * tileRows;
        set(arguments, Argument.PANELS, weight.data().address() + block.panel() * weight.panelBytes());
        set(arguments, Argument.PANEL_BYTES, weight.panelBytes());
        set(arguments, Argument.PANEL_COUNT, block.panels());
        set(arguments, Argument.BLOCKS, weight.layout().blocks(weight.in()));
        set(arguments, Argument.X, x.memory().address());
        set(arguments, Argument.CHUNK_BYTES, x.offset(0, 1));
        set(arguments, Argument.STEPS, x.encoding().paddedColumns(x.columns()) / RowEncoding.BLOCK_COLUMNS);
        set(arguments, Argument.FIRST_TILE, block.tile());
        set(arguments, Argument.TILES, block.tiles());
        set(arguments, Argument.ROWS, Math.min(block.tiles() * tileRows, x.rows() - firstX));
        set(arguments, Argument.WEIGHTS, memory.address());
        set(arguments, Argument.SUMS, memory.address() + TileProduct.WEIGHT_BYTES);
        set(arguments, Argument.Y, y.address(firstX, firstRow));
        set(arguments, Argument.Y_STRIDE, (long) y.stride() * Float.BYTES);
        set(arguments, Argument.BIAS, ending.from(firstRow).bias());
        set(arguments, Argument.ADDS, ending.adds());
        set(arguments, Argument.SCALE, Float.floatToRawIntBits(ending.scale()));
        set(arguments, Argument.LAST_LANES, (1L << lanes) - 1);
        kernels.tileProduct(weight.layout()).call(arguments.address());
    }

    private static void set(MemorySegment arguments, Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }
}
