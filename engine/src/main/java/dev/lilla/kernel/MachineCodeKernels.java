package dev.lilla.kernel;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The operations as machine code that [dev.lilla.kernel.x64] assembles for this processor.
///
/// Each group of operations has a class of its own: it checks what only machine code needs checked, writes the
/// argument block of a kernel and calls it. What no kernel serves, `others` computes.
final class MachineCodeKernels implements Kernels {
    private final Isa isa;
    private final Kernels others;
    private final MachineCodeAttention attention;
    private final MachineCodeCache cache = new MachineCodeCache();

    /// @param features what the processor offers, all that `isa` needs among it
    MachineCodeKernels(Isa isa, Set<CpuFeature> features, Kernels others) {
        if (!isa.missing(features).isEmpty()) {
            throw new IllegalArgumentException(isa + " needs " + isa.missing(features));
        }
        this.isa = isa;
        this.others = others;
        this.attention = new MachineCodeAttention(isa);
    }

    @Override
    public String description() {
        return "machine code, " + isa.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void matmul(HostWeight weight, @Nullable HostWeight bias, HostMatrix x, HostMatrix y, Share share) {
        others.matmul(weight, bias, x, y, share);
    }

    @Override
    public void matmulAdd(HostWeight weight, float scale, HostMatrix x, HostMatrix y, Share share) {
        others.matmulAdd(weight, scale, x, y, share);
    }

    @Override
    public void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        others.rmsNorm(x, norm, y, share);
    }

    @Override
    public void layerNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        others.layerNorm(x, norm, y, share);
    }

    @Override
    public void rotate(Heads x, RotaryAngles angles, Share share) {
        others.rotate(x, angles, share);
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
        others.gate(function, gate, up, out, share);
    }

    @Override
    public void activate(ActivationFunction function, HostMatrix x, Share share) {
        others.activate(function, x, share);
    }

    @Override
    public void add(HostMatrix x, HostMatrix y, Share share) {
        others.add(x, y, share);
    }

    @Override
    public void softCap(HostMatrix x, float cap, Share share) {
        others.softCap(x, cap, share);
    }
}
