package dev.lilla.kernel;

import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.MatrixPacker;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.kernel.x64.TileEncoder;
import dev.lilla.kernel.x64.TileProduct;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Rounds f32 rows to bf16 and lays them out in AMX tiles, as [RowEncoding#BF16], whichever of their
/// neighbors lie side by side.
///
/// @param kernels of a processor with AMX
record TileRows(KernelSet kernels) {
    private static final RowEncoding ENCODING = RowEncoding.BF16;

    /// Rows of one tile; those of a step are two.
    private static final int TILE_ROWS = ENCODING.tileRows() / 2;

    /// Encodes tiles `share.from()` to `share.to()` of `x`, of 32 rows each.
    void encode(StridedMatrix x, EncodedRows target, Share share) {
        boolean isWhole = x.hasWholeRows();
        if (!isWhole && !x.transposed().hasWholeRows()) {
            throw new IllegalArgumentException("a matrix of which neither rows nor columns are neighbors");
        }
        if (target.encoding() != ENCODING || x.rows() != target.rows() || x.columns() != target.columns()) {
            throw new IllegalArgumentException("rows [" + x.rows() + ", " + x.columns() + "] encoded as ["
                    + target.rows() + ", " + target.columns() + "] " + target.encoding());
        }
        for (int tile = share.from(); tile < share.to(); tile++) {
            for (int chunk = 0; chunk * TileProduct.CHUNK_COLUMNS < x.columns(); chunk++) {
                int rows = target.rowsOf(tile);
                int columns = target.chunkColumns(chunk);
                StridedMatrix part =
                        x.rows(tile * ENCODING.tileRows(), rows).columns(chunk * TileProduct.CHUNK_COLUMNS, columns);
                MemorySegment memory =
                        target.memory().asSlice(target.offset(tile, chunk), ENCODING.tileBytes(rows, columns));
                if (rows < ENCODING.tileRows()) {
                    memory.fill((byte) 0);
                }
                if (isWhole) {
                    encodeRows(part, memory, share.scratch().arguments());
                } else {
                    encodeColumns(part, memory, share.scratch().arguments());
                }
            }
        }
    }

    private void encodeRows(StridedMatrix part, MemorySegment target, MemorySegment arguments) {
        set(arguments, TileEncoder.Argument.ROWS.offset(), part.address(0, 0));
        set(arguments, TileEncoder.Argument.ROW_STRIDE.offset(), part.rowBytes());
        set(arguments, TileEncoder.Argument.ROW_COUNT.offset(), part.rows());
        set(arguments, TileEncoder.Argument.COLUMNS.offset(), part.columns());
        set(arguments, TileEncoder.Argument.TARGET.offset(), target.address());
        kernels.tileEncoder().call(arguments.address());
    }

    private void encodeColumns(StridedMatrix part, MemorySegment target, MemorySegment arguments) {
        int stepBytes = ENCODING.blockBytes(part.rows());
        for (int row = 0; row < part.rows(); row += TILE_ROWS) {
            set(arguments, MatrixPacker.Argument.SOURCE.offset(), part.address(row, 0));
            set(arguments, MatrixPacker.Argument.SOURCE_ROW.offset(), part.columnBytes());
            set(arguments, MatrixPacker.Argument.ROWS.offset(), part.columns());
            set(arguments, MatrixPacker.Argument.COLUMNS.offset(), Math.min(TILE_ROWS, part.rows() - row));
            set(
                    arguments,
                    MatrixPacker.Argument.TARGET.offset(),
                    target.address() + row / TILE_ROWS * (stepBytes / 2L));
            set(arguments, MatrixPacker.Argument.TARGET_ROW.offset(), stepBytes);
            kernels.matrixPacker(MatrixPacker.Form.TILES).call(arguments.address());
        }
    }

    private static void set(MemorySegment arguments, int offset, long value) {
        arguments.set(ValueLayout.JAVA_LONG, offset, value);
    }
}
