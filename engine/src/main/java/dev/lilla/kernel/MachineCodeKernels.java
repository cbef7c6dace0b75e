package dev.lilla.kernel;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.tensor.ElementType;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The operations as machine code that [dev.lilla.kernel.x64] assembles for this processor.
///
/// Each group of operations has a class of its own: it checks what only machine code needs checked, writes the argument
/// block of a kernel and calls it. What no kernel serves, `others` computes.
final class MachineCodeKernels implements Kernels {
    /// Steps of so many rows use tiles of bf16 where the processor has them: they are prompts, and fill the 32
    /// rows that are multiplied at once. Fewer rows give the same bits in any company (KERNELS.md 11), which
    /// decoding, batches and drafts rely on.
    private static final int TILE_ROWS_MIN = 32;

    private final Isa isa;
    private final KernelSet kernels;
    private final PanelProducts products;
    private final Kernels others;
    private final ElementOperations elements;

    /// @param features what the processor offers, all that `isa` needs among it
    MachineCodeKernels(Isa isa, Set<CpuFeature> features, Kernels others) {
        if (!isa.missing(features).isEmpty()) {
            throw new IllegalArgumentException(isa + " needs " + isa.missing(features));
        }
        this.isa = isa;
        this.kernels = new KernelSet(isa);
        this.products = new PanelProducts(kernels);
        this.others = others;
        this.elements = new ElementOperations(isa);
    }

    @Override
    public String description() {
        return "machine code, " + isa.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Optional<PanelLayout> packing(ElementType type) {
        return isa.hasMasks() ? Optional.of(PanelPacker.layout(type)) : Optional.empty();
    }

    @Override
    public RowEncoding encoding(PackedWeight weight, int rows) {
        return isa == Isa.AMX && rows >= TILE_ROWS_MIN
                ? RowEncoding.BF16
                : weight.layout().encoding();
    }

    @Override
    public void pack(HostWeight weight, PackedWeight target, Share share) {
        Optional<PanelTransposer> transposer =
                isa.hasMasks() ? PanelTransposer.of(kernels, weight, target.data(), share.scratch()) : Optional.empty();
        PanelPacker packer = new PanelPacker(weight);
        for (int panel = share.from(); panel < share.to(); panel++) {
            if (transposer.isEmpty() || !transposer.get().pack(panel)) {
                packer.pack(panel, target.data());
            }
        }
    }

    @Override
    public void encode(HostMatrix x, EncodedRows target, Share share) {
        products.encode(x, target, share);
    }

    @Override
    public void matmul(HostWeight weight, @Nullable HostWeight bias, LinearInput x, HostMatrix y, Share share) {
        PackedWeight panels = weight.packed();
        EncodedRows rows =
                panels == null ? null : x.encoded(encoding(panels, x.rows().rows()));
        if (panels == null || rows == null) {
            others.matmul(weight, bias, x, y, share);
        } else {
            products.multiply(panels, bias, rows, y, share);
        }
    }

    @Override
    public void matmulAdd(HostWeight weight, float scale, LinearInput x, HostMatrix y, Share share) {
        PackedWeight panels = weight.packed();
        EncodedRows rows =
                panels == null ? null : x.encoded(encoding(panels, x.rows().rows()));
        if (panels == null || rows == null) {
            others.matmulAdd(weight, scale, x, y, share);
        } else {
            products.multiplyAdd(panels, scale, rows, y, share);
        }
    }

    @Override
    public void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        elements.rmsNorm(x, norm, y, share);
    }

    @Override
    public void headNorm(Heads x, NormWeights norm, Share share) {
        elements.headNorm(x, norm, share);
    }

    @Override
    public void layerNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        elements.layerNorm(x, norm, y, share);
    }

    @Override
    public void rotate(Heads x, RotaryAngles angles, Share share) {
        elements.rotate(x, angles, share);
    }

    @Override
    public void attend(AttentionStep step, Share share) {
        others.attend(step, share);
    }

    @Override
    public void gate(ActivationFunction function, HostMatrix gate, HostMatrix up, HostMatrix out, Share share) {
        elements.gate(function, gate, up, out, share);
    }

    @Override
    public void activate(ActivationFunction function, HostMatrix x, Share share) {
        elements.activate(function, x, share);
    }

    @Override
    public void add(HostMatrix x, HostMatrix y, Share share) {
        elements.add(x, y, share);
    }

    @Override
    public void softCap(HostMatrix x, float cap, Share share) {
        elements.softCap(x, cap, share);
    }
}
