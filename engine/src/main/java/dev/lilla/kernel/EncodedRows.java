package dev.lilla.kernel;

import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.kernel.x64.TileProduct;
import java.lang.foreign.MemorySegment;

/// Rows of activations as machine code reads them: tiles, one after the other.
///
/// @param memory aligned to 64 bytes, long enough for all tiles
record EncodedRows(RowEncoding encoding, int rows, int columns, MemorySegment memory) {
    int tiles() {
        return Math.ceilDiv(rows, encoding.tileRows());
    }

    /// Rows of a tile: all that fit, but in the last.
    int rowsOf(int tile) {
        return Math.min(encoding.tileRows(), rows - tile * encoding.tileRows());
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
