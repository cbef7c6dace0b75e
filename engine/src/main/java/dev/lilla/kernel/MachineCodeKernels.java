package dev.lilla.kernel;

import dev.lilla.kernel.PanelProducts.Ending;
import dev.lilla.kernel.x64.ByteDots;
import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.KernelSet;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.tensor.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The operations as machine code that [dev.lilla.kernel.x64] assembles for this processor.
///
/// Each group of operations has a class of its own: it checks what only machine code needs checked, writes the
/// argument block of a kernel and calls it. What no kernel serves, `others` computes.
final class MachineCodeKernels implements Kernels {
    private final Isa isa;
    private final ByteDots dots;
    private final KernelSet kernels;
    private final PanelProducts products;
    private final PassingPanels passing;
    private final MatrixKernels matrices;
    private final Kernels others;
    private final PromptRounding rounding;
    private final ElementOperations elements;
    private final MachineCodeAttention attention;
    private final MachineCodeCache cache = new MachineCodeCache();

    /// @param features what the processor offers, all that `isa` needs among it
    MachineCodeKernels(Isa isa, Set<CpuFeature> features, Kernels others) {
        this(isa, features, others, PromptRounding.WHERE_FASTER);
    }

    MachineCodeKernels(Isa isa, Set<CpuFeature> features, Kernels others, PromptRounding rounding) {
        this(isa, features, others, rounding, new Code(new ElementOperations(isa), new MachineCodeAttention(isa)));
    }

    /// What may be exchanged.
    record Code(ElementOperations elements, MachineCodeAttention attention) {}

    MachineCodeKernels(Isa isa, Set<CpuFeature> features, Kernels others, PromptRounding rounding, Code code) {
        if (!isa.missing(features).isEmpty()) {
            throw new IllegalArgumentException(isa + " needs " + isa.missing(features));
        }
        this.isa = isa;
        this.dots = ByteDots.of(features);
        this.kernels = new KernelSet(isa, dots);
        this.products = new PanelProducts(kernels);
        this.passing = new PassingPanels(kernels, products);
        this.matrices = new MatrixKernels(kernels, features);
        this.others = others;
        this.rounding = rounding;
        this.elements = code.elements();
        this.attention = code.attention();
    }

    @Override
    public String description() {
        return "machine code, " + isa.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public List<KernelUse> uses() {
        MatrixUnit training = matrices.unit(Precision.BF16, Integer.MAX_VALUE);
        return new MachineCodeUses(isa, dots, kernels.prefetch(), rounding, training).all();
    }

    @Override
    public Optional<PanelLayout> packing(ElementType type) {
        return Optional.of(PanelPacker.layout(type));
    }

    @Override
    public RowEncoding promptEncoding(PanelLayout layout) {
        return roundsPrompts() ? RowEncoding.BF16 : layout.encoding();
    }

    @Override
    public boolean roundsPrompts() {
        return isa == Isa.AMX && rounding == PromptRounding.WHERE_FASTER;
    }

    @Override
    public Optional<MatrixKernels> matrixKernels() {
        return Optional.of(matrices);
    }

    @Override
    public GradientKernels gradients() {
        return new MachineCodeGradientKernels(elements, matrices);
    }

    @Override
    public void pack(HostWeight weight, PackedWeight target, Share share) {
        PanelTransposer.pack(kernels, weight, target, share);
    }

    @Override
    public void encode(HostMatrix x, EncodedRows target, Share share) {
        products.encode(x, target, share);
    }

    @Override
    public void matmul(HostWeight weight, @Nullable HostWeight bias, LinearInput x, HostMatrix y, Share share) {
        EncodedRows rows = encoded(weight, x);
        if (rows == null) {
            others.matmul(weight, bias, x, y, share);
        } else {
            multiply(weight, rows, y, share, Ending.storing(bias, weight.out()));
        }
    }

    @Override
    public void matmulAdd(HostWeight weight, float scale, LinearInput x, HostMatrix y, Share share) {
        EncodedRows rows = encoded(weight, x);
        if (rows == null) {
            others.matmulAdd(weight, scale, x, y, share);
        } else {
            multiply(weight, rows, y, share, Ending.adding(scale));
        }
    }

    private @Nullable EncodedRows encoded(HostWeight weight, LinearInput x) {
        PanelLayout layout = weight.layout();
        if (layout == null) {
            return null;
        }
        return x.encoded(x.isPrompt() ? promptEncoding(layout) : layout.encoding());
    }

    private void multiply(HostWeight weight, EncodedRows x, HostMatrix y, Share share, Ending ending) {
        PackedWeight panels = weight.packed();
        if (panels == null) {
            passing.multiply(weight, x, y, share, ending);
        } else {
            products.multiply(panels, x, y, share, ending);
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
    public void store(CacheStep step, Share share) {
        cache.store(step, share);
    }

    @Override
    public void attend(AttentionStep step, Share share) {
        for (int task = share.from(); task < share.to(); task++) {
            attention.attend(step, task, share.scratch());
        }
    }

    @Override
    public void merge(AttentionStep step, Share share) {
        for (int tile = share.from(); tile < share.to(); tile++) {
            attention.merge(step, tile, share.scratch());
        }
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
