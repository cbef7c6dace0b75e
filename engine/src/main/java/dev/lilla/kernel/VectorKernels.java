package dev.lilla.kernel;

import org.jspecify.annotations.Nullable;

/// The operations on the Vector API: portable over x86 and ARM, and the fast path wherever machine code cannot serve.
/// Needs `--add-modules jdk.incubator.vector`, so only [KernelChoice] names this class.
final class VectorKernels implements Kernels {
    private final int bits = VectorWidth.BITS;

    @Override
    public String description() {
        return "vector, " + bits + " bits";
    }

    @Override
    public void matmul(HostWeight weight, @Nullable HostWeight bias, LinearInput input, HostMatrix y, Share share) {
        HostMatrix x = input.rows();
        if (bias == null) {
            VectorMatmul.multiply(weight, x, share, y::set);
        } else {
            VectorMatmul.multiply(weight, x, share, (token, row, sum) -> y.set(token, row, sum + bias.get(row)));
        }
    }

    @Override
    public void matmulAdd(HostWeight weight, float scale, LinearInput input, HostMatrix y, Share share) {
        VectorMatmul.multiply(
                weight, input.rows(), share, (token, row, sum) -> y.set(token, row, y.get(token, row) + scale * sum));
    }

    @Override
    public void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        long spare = share.scratch().memory(Scratch.ALIGNMENT).address();
        for (int row = share.from(); row < share.to(); row++) {
            VectorElements.rmsNorm(x, row, norm, y, spare);
        }
    }

    @Override
    public void layerNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        long spare = share.scratch().memory(Scratch.ALIGNMENT).address();
        for (int row = share.from(); row < share.to(); row++) {
            VectorElements.layerNorm(x, row, norm, y, spare);
        }
    }

    @Override
    public void rotate(Heads x, RotaryAngles angles, Share share) {
        HostMatrix data = (HostMatrix) x.data();
        int pairs = angles.frequencies().inverse().length;
        for (int row = share.from(); row < share.to(); row++) {
            for (int head = 0; head < x.heads(); head++) {
                long start = data.at(row, x.offset() + head * x.stride());
                switch (angles.frequencies().style()) {
                    case HALF_SPLIT -> VectorElements.rotate(data.memory(), start, start + pairs * 4L, angles, row);
                    case INTERLEAVED -> {
                        for (int i = 0; i < pairs; i++) {
                            long pair = start + i * 8L;
                            VectorElements.rotateOne(
                                    data.memory(), pair, pair + 4, angles.cosine(row, i), angles.sine(row, i));
                        }
                    }
                }
            }
        }
    }

    @Override
    public void attend(AttentionStep step, Share share) {
        int heads = step.queries().heads();
        if (step.queries().headDim() > VectorMatmul.PIECE) {
            // No model has such heads; a panel row does not hold them.
            new ReferenceKernels().attend(step, share);
            return;
        }
        VectorAttention attention = new VectorAttention(step, share.scratch());
        int index = share.from();
        while (index < share.to()) {
            int row = index / heads;
            int head = index % heads;
            int groupEnd = index - head + (head / step.group() + 1) * step.group();
            int count = Math.min(groupEnd, share.to()) - index;
            Span span = Kernels.spanOf(step.spans(), row);
            if (span != null) {
                attention.attend(span, row, head, count);
            }
            index += count;
        }
    }

    @Override
    public void gate(ActivationFunction function, HostMatrix gate, HostMatrix up, HostMatrix out, Share share) {
        for (int row = share.from(); row < share.to(); row++) {
            VectorElements.gate(function, gate, up, out, row);
        }
    }

    @Override
    public void activate(ActivationFunction function, HostMatrix x, Share share) {
        for (int row = share.from(); row < share.to(); row++) {
            VectorElements.gate(function, x, null, x, row);
        }
    }

    @Override
    public void add(HostMatrix x, HostMatrix y, Share share) {
        for (int row = share.from(); row < share.to(); row++) {
            VectorElements.add(x, y, row);
        }
    }

    @Override
    public void softCap(HostMatrix x, float cap, Share share) {
        for (int row = share.from(); row < share.to(); row++) {
            VectorElements.softCap(x, cap, row);
        }
    }
}
