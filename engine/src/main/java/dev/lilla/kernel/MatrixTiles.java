package dev.lilla.kernel;

import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.kernel.MatrixKernels.Part;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.MatrixTileProduct;
import dev.lilla.kernel.x64.MatrixTileProduct.Argument;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.kernel.x64.TileProduct;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// The pieces of a matrix product on AMX tiles, each for one worker: the twin of [MatrixKernels] for
/// [MatrixUnit#BF16_TILES]. The right operand lies in the same panels, the left one in tiles
/// ([TileRows]). No address reaches a kernel unless what it touches lies inside its memory.
///
/// @param kernels of a processor with AMX
record MatrixTiles(KernelSet kernels) {
    private static final RowEncoding ENCODING = RowEncoding.BF16;
    private static final int WORD = Float.BYTES;

    /// How the left operand is laid out, in memory of at least [#bytes].
    EncodedRows rows(StridedMatrix a, MemorySegment memory) {
        return new EncodedRows(ENCODING, a.rows(), a.columns(), memory);
    }

    long bytes(StridedMatrix a) {
        return EncodedRows.bytes(ENCODING, a.rows(), a.columns());
    }

    /// `C = scale * A · B`, or `+=`, for a part of C.
    ///
    /// @param from the element along k of A that meets the first row of B, a multiple of a chunk
    /// @param part from a multiple of 32 rows on
    void multiply(EncodedRows a, int from, MatrixPanels b, HostMatrix c, Part part, Ending ending, Scratch scratch) {
        require(a, from, b, c, part);
        List<Part> pieces = pieces(part, b);
        MemorySegment sums = scratch.memory(MatrixTileProduct.SUMS_BYTES);
        for (int block = 0; block < b.blocks(); block++) {
            Call call = new Call(a, from / TileProduct.CHUNK_COLUMNS + block, b, block, c);
            Ending last = new Ending(ending.scale(), ending.adds() || block > 0);
            for (Part piece : pieces) {
                run(call, piece, last, sums, scratch.arguments());
            }
        }
    }

    /// What a kernel each computes: rows in pairs of tiles and those of a single one, with panels of
    /// two tiles and with the last of one.
    private static List<Part> pieces(Part part, MatrixPanels b) {
        int rest = (part.toRow() - part.fromRow()) % MatrixTileProduct.ROWS;
        int row = rest > MatrixTileProduct.TILE_ROWS ? part.toRow() : part.toRow() - rest;
        boolean isNarrow = b.rowBytes(part.toPanel() - 1) < b.panelColumns() * WORD;
        int panel = isNarrow ? part.toPanel() - 1 : part.toPanel();
        return Stream.of(
                        new Part(part.fromRow(), row, part.fromPanel(), panel),
                        new Part(part.fromRow(), row, panel, part.toPanel()),
                        new Part(row, part.toRow(), part.fromPanel(), panel),
                        new Part(row, part.toRow(), panel, part.toPanel()))
                .filter(piece -> piece.fromRow() < piece.toRow() && piece.fromPanel() < piece.toPanel())
                .toList();
    }

    private static void require(EncodedRows a, int from, MatrixPanels b, HostMatrix c, Part part) {
        Objects.checkFromToIndex(part.fromRow(), part.toRow(), Math.min(a.rows(), c.rows()));
        Objects.checkFromToIndex(part.fromPanel(), part.toPanel(), b.panels());
        Objects.checkFromIndexSize(from, b.depth(), a.columns());
        StridedMatrix.of(c);
        int lastColumns = a.chunkColumns(from / TileProduct.CHUNK_COLUMNS + b.blocks() - 1);
        boolean agrees = b.unit() == MatrixUnit.BF16_TILES
                && c.columns() == b.columns()
                && part.fromRow() % MatrixTileProduct.ROWS == 0
                && from % TileProduct.CHUNK_COLUMNS == 0
                && b.depthOf(b.blocks() - 1) == lastColumns
                && a.encoding() == ENCODING
                && a.memory().byteSize() >= EncodedRows.bytes(ENCODING, a.rows(), a.columns());
        if (!agrees) {
            throw new IllegalArgumentException("a product of [" + a.rows() + ", " + a.columns() + "] as " + a.encoding()
                    + ", from " + from + " on, and " + b + " into " + c + ", " + part);
        }
    }

    /// What one block of k is made of.
    private record Call(EncodedRows a, int chunk, MatrixPanels b, int block, HostMatrix c) {}

    private void run(Call call, Part part, Ending ending, MemorySegment sums, MemorySegment arguments) {
        int rows = part.toRow() - part.fromRow();
        int panels = part.toPanel() - part.fromPanel();
        EncodedRows a = call.a();
        MatrixPanels b = call.b();
        int firstRows = part.fromRow() / MatrixTileProduct.ROWS;
        int firstColumn = part.fromPanel() * b.panelColumns();
        int rowBytes = b.rowBytes(part.fromPanel());
        int lastColumn = firstColumn + (panels - 1) * b.panelColumns();
        int lanes = Math.min(rowBytes / WORD, b.columns() - lastColumn);
        int steps = b.stepsOf(call.block()) / MatrixTileProduct.STEP_PAIRS;
        set(arguments, Argument.A, a.memory().address() + a.offset(firstRows, call.chunk()));
        set(arguments, Argument.A_ROWS, a.offset(1, call.chunk()) - a.offset(0, call.chunk()));
        set(arguments, Argument.ROWS, rows);
        set(arguments, Argument.B, b.memory().address() + b.offset(call.block(), part.fromPanel()));
        set(arguments, Argument.B_PANEL, (long) b.stepsOf(call.block()) * rowBytes);
        set(arguments, Argument.PANELS, panels);
        set(arguments, Argument.STEPS, steps);
        set(arguments, Argument.C, call.c().address(part.fromRow(), firstColumn));
        set(arguments, Argument.C_ROW, (long) call.c().stride() * WORD);
        set(arguments, Argument.SUMS, sums.address());
        set(arguments, Argument.ADDS, ending.adds() ? 1 : 0);
        set(arguments, Argument.SCALE, Float.floatToRawIntBits(ending.scale()));
        set(arguments, Argument.LAST_LANES, (1L << lanes) - 1);
        int down = rows > MatrixTileProduct.TILE_ROWS ? 2 : 1;
        int across = rowBytes / WORD / b.lanes();
        kernels.matrixTileProduct(down, across).call(arguments.address());
    }

    private static void set(MemorySegment arguments, Argument argument, long value) {
        arguments.set(ValueLayout.JAVA_LONG, argument.offset(), value);
    }
}
