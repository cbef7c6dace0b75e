package dev.lilla.kernel;

import dev.lilla.kernel.PanelProducts.Ending;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import java.util.Objects;

/// Products with weights that stay as they are stored: some panels are packed into memory that a core keeps near,
/// and multiplied at once. So a mapped file serves without being read before, and without a second copy of it;
/// each product packs anew, which costs about a cycle for ten bytes.
record PassingPanels(KernelSet kernels, PanelProducts products) {
    /// Bytes of panels at a time, that they are still in the second-level cache when they are multiplied.
    private static final int GROUP_BYTES = 256 << 10;

    /// The products of `x` with rows `share.from()` to `share.to()` of the weight.
    void multiply(HostWeight weight, EncodedRows x, HostMatrix y, Share share, Ending ending) {
        PanelLayout layout = Objects.requireNonNull(weight.layout());
        long panelBytes = layout.panelBytes(weight.in());
        int groupRows = PanelLayout.ROWS * (int) Math.max(1, GROUP_BYTES / panelBytes);
        for (int row = share.from(); row < share.to(); row += groupRows) {
            HostWeight part = weight.rows(row, Math.min(row + groupRows, share.to()));
            PackedWeight panels = PanelTransposer.passing(kernels, part, layout, share.scratch());
            Share rows = new Share(0, part.out(), share.scratch());
            products.multiply(panels, x, y.columns(row, part.out()), rows, ending.from(row));
        }
    }
}
