package dev.lilla.kernel;

import dev.lilla.kernel.x64.PanelLayout;
import java.lang.foreign.MemorySegment;

/// A weight matrix `[out, in]` as panels for machine code.
///
/// @param data all panels one after the other, aligned to 64 bytes
record PackedWeight(PanelLayout layout, int out, int in, MemorySegment data) {
    PackedWeight {
        if (data.byteSize() != bytes(layout, out, in) || data.address() % Scratch.ALIGNMENT != 0) {
            throw new IllegalArgumentException("panels of [" + out + ", " + in + "] as " + layout + " take "
                    + bytes(layout, out, in) + " bytes at a multiple of 64, found " + data.byteSize() + " at "
                    + data.address());
        }
    }

    static long bytes(PanelLayout layout, int out, int in) {
        return Math.ceilDiv(out, PanelLayout.ROWS) * layout.panelBytes(in);
    }

    long panelBytes() {
        return layout.panelBytes(in);
    }

    int panels() {
        return Math.ceilDiv(out, PanelLayout.ROWS);
    }
}
