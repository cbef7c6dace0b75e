package dev.lilla.kernel;

import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.kernel.x64.TileProduct;
import java.lang.foreign.MemorySegment;

/// Rows of activations as machine code reads them: tiles, one after the other.
///
/// @param memory aligned to 64 bytes, long enough for all tiles
record EncodedRows(RowEncoding encoding, int rows, int columns, MemorySegment memory) {
    /// Columns that are encoded apart from the others of a tile, in [RowEncoding#BYTES]: several workers share one
    /// tile, as there is no more than one of them while up to 16 texts are written. They lie in other cache lines.
    private static final int PART_COLUMNS = 512;

    int tiles() {
        return Math.ceilDiv(rows, encoding.tileRows());
    }

    /// Rows of a tile: all that fit, but in the last.
    int rowsOf(int tile) {
        return Math.min(encoding.tileRows(), rows - tile * encoding.tileRows());
    }

    /// Parts in which a tile is encoded.
    int parts() {
        return encoding == RowEncoding.BYTES ? Math.max(1, Math.ceilDiv(columns, PART_COLUMNS)) : 1;
    }

    /// Parts of all tiles, those of a tile one after the other.
    int units() {
        return tiles() * parts();
    }

    /// Columns of a part: as many as all others, but in the last.
    int columnsOf(int part) {
        return parts() == 1 ? columns : Math.min(PART_COLUMNS, columns - part * PART_COLUMNS);
    }

    /// Bytes from the beginning to tile `tile`, for encodings that keep a tile in one place.
    long offset(int tile) {
        return tile * encoding.tileBytes(encoding.tileRows(), columns);
    }

    /// Bytes from the beginning to chunk `chunk` of tile `tile`, for [RowEncoding#BF16].
    long offset(int tile, int chunk) {
        int tileRows = encoding.tileRows();
        long whole = encoding.tileBytes(tileRows, TileProduct.CHUNK_COLUMNS);
        return (long) chunk * tiles() * whole + tile * encoding.tileBytes(tileRows, chunkColumns(chunk));
    }

    /// Columns of a chunk: all that fit, but in the last.
    int chunkColumns(int chunk) {
        return Math.min(TileProduct.CHUNK_COLUMNS, columns - chunk * TileProduct.CHUNK_COLUMNS);
    }

    static long bytes(RowEncoding encoding, int rows, int columns) {
        int whole = rows / encoding.tileRows();
        int rest = rows % encoding.tileRows();
        return whole * encoding.tileBytes(encoding.tileRows(), columns) + encoding.tileBytes(rest, columns);
    }
}
