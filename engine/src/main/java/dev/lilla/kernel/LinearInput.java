package dev.lilla.kernel;

import dev.lilla.kernel.x64.RowEncoding;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What goes into linear maps: rows of activations, and their encodings where a weight needs such.
///
/// @param isPrompt whether the rows belong to long prompts, see [Kernels#promptEncoding]
record LinearInput(HostMatrix rows, boolean isPrompt, Map<RowEncoding, EncodedRows> encodings) {
    /// Rows as they are.
    static LinearInput plain(HostMatrix rows) {
        return new LinearInput(rows, false, Map.of());
    }

    @Nullable
    EncodedRows encoded(RowEncoding encoding) {
        return encodings.get(encoding);
    }
}
