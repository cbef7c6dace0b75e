package dev.lilla.kernel;

import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Weights and rows in the form in which the tested kernels read them.
record LinearOperands(Kernels kernels, KernelOperands operands) {
    /// The weight with panels, if the kernels read such.
    HostWeight packed(HostWeight weight) {
        Optional<PanelLayout> layout = kernels.packing(weight.type());
        if (layout.isEmpty()) {
            return weight;
        }
        long bytes = PackedWeight.bytes(layout.get(), weight.out(), weight.in());
        PackedWeight packed = new PackedWeight(layout.get(), weight.out(), weight.in(), operands.memory(bytes));
        PanelPacker packer = new PanelPacker(weight);
        for (int panel = 0; panel < packed.panels(); panel++) {
            packer.pack(panel, packed.data());
        }
        return weight.withPacked(packed);
    }

    /// Rows of no long prompt.
    LinearInput input(HostWeight weight, HostMatrix x) {
        PanelLayout layout = weight.layout();
        return layout == null ? LinearInput.plain(x) : input(x, false, layout.encoding());
    }

    /// Rows of a long prompt.
    LinearInput prompt(HostWeight weight, HostMatrix x) {
        PanelLayout layout = weight.layout();
        return layout == null ? LinearInput.plain(x) : input(x, true, kernels.promptEncoding(layout));
    }

    private LinearInput input(HostMatrix x, boolean isPrompt, RowEncoding encoding) {
        return new LinearInput(x, isPrompt, Map.of(encoding, encoded(x, encoding)));
    }

    private EncodedRows encoded(HostMatrix x, RowEncoding encoding) {
        long bytes = EncodedRows.bytes(encoding, x.rows(), x.columns());
        EncodedRows target = new EncodedRows(encoding, x.rows(), x.columns(), operands.memory(bytes));
        kernels.encode(x, target, operands.share(0, target.units()));
        return target;
    }

    /// What the products see of `x`: itself, or the multiples of a 127th of the largest magnitude of every 32 columns
    /// that are nearest to it.
    static double[][] meant(HostWeight weight, HostMatrix x) {
        @Nullable PanelLayout layout = weight.layout();
        boolean isRounded = layout != null && layout.encoding() == RowEncoding.BYTES;
        double[][] rows = new double[x.rows()][x.columns()];
        for (int t = 0; t < x.rows(); t++) {
            for (int first = 0; first < x.columns(); first += 32) {
                int end = Math.min(first + 32, x.columns());
                float largest = 0;
                for (int k = first; k < end; k++) {
                    largest = Math.max(largest, Math.abs(x.get(t, k)));
                }
                for (int k = first; k < end; k++) {
                    float value = x.get(t, k);
                    rows[t][k] = isRounded ? largest / 127 * Math.rint(value * (127 / largest)) : value;
                }
            }
        }
        return rows;
    }
}
