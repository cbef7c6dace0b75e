package dev.lilla.kernel;

import dev.lilla.kernel.x64.RowEncoding;
import org.jspecify.annotations.Nullable;

/// What goes into linear maps: rows of activations, and their encodings for machine code where a weight needs them.
///
/// @param bytes [RowEncoding#BYTES] of the rows, if any weight needs them
/// @param floats [RowEncoding#FLOATS] of the rows, if any weight needs them
record LinearInput(
        HostMatrix rows,
        @Nullable EncodedRows bytes,
        @Nullable EncodedRows floats) {
    /// Rows as they are.
    static LinearInput plain(HostMatrix rows) {
        return new LinearInput(rows, null, null);
    }

    @Nullable
    EncodedRows encoded(RowEncoding encoding) {
        return switch (encoding) {
            case BYTES -> bytes;
            case FLOATS -> floats;
        };
    }
}
