package dev.lilla.kernel;

import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.kernel.x64.TileEncoder;
import dev.lilla.kernel.x64.TileProduct;
import dev.lilla.kernel.x64.TileProduct.Argument;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Linear maps over panels by AMX: encodes rows into tiles of bf16, and multiplies them with panels.
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

    /// Encodes tiles `share.from()` to `share.to()` of `x`.
    void encode(HostMatrix x, EncodedRows target, Share share) {
        MemorySegment arguments = share.scratch().arguments();
        for (int tile = share.from(); tile < share.to(); tile++) {
            int rows = target.rowsOf(tile);
            for (int chunk = 0; chunk * TileProduct.CHUNK_COLUMNS < x.columns(); chunk++) {
                int columns = target.chunkColumns(chunk);
                int first = chunk * TileProduct.CHUNK_COLUMNS;
                MemorySegment memory =
                        target.memory().asSlice(target.offset(tile, chunk), RowEncoding.BF16.tileBytes(rows, columns));
                if (rows < RowEncoding.BF16.tileRows()) {
                    memory.fill((byte) 0);
                }
                set(
                        arguments,
                        TileEncoder.Argument.ROWS.offset(),
                        x.address(tile * RowEncoding.BF16.tileRows(), first));
                set(arguments, TileEncoder.Argument.ROW_STRIDE.offset(), (long) x.stride() * Float.BYTES);
                set(arguments, TileEncoder.Argument.ROW_COUNT.offset(), rows);
                set(arguments, TileEncoder.Argument.COLUMNS.offset(), columns);
                set(arguments, TileEncoder.Argument.TARGET.offset(), memory.address());
                kernels.tileEncoder().call(arguments.address());
            }
        }
    }

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
        set(arguments, argument.offset(), value);
    }

    private static void set(MemorySegment arguments, int offset, long value) {
        arguments.set(ValueLayout.JAVA_LONG, offset, value);
    }
}
