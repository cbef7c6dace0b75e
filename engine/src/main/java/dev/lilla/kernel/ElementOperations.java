package dev.lilla.kernel;

import dev.lilla.kernel.x64.CodeMemory;
import dev.lilla.kernel.x64.ElementArgument;
import dev.lilla.kernel.x64.ElementKernel;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.Kernel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Norms, rotations and operations element by element as machine code: checks that all addresses lie inside their
/// memory, writes the argument block and calls the kernel, once for all rows of a share.
final class ElementOperations {
    private final Function<ElementKernel, byte[]> assembler;
    private final Map<ElementKernel, Kernel> kernels = new ConcurrentHashMap<>();

    ElementOperations(Isa isa) {
        this(kernel -> kernel.assemble(isa));
    }

    /// @param assembler gives the code of each kernel
    ElementOperations(Function<ElementKernel, byte[]> assembler) {
        this.assembler = assembler;
    }

    void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        norm(ElementKernel.RMS_NORM, new ElementArguments(share, x.columns()), x, norm, y);
    }

    void layerNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share) {
        ElementArguments arguments = new ElementArguments(share, x.columns());
        if (norm.bias() == null) {
            norm(ElementKernel.LAYER_NORM, arguments, x, norm, y);
        } else {
            arguments.vector(ElementArgument.Z, norm.bias());
            norm(ElementKernel.LAYER_NORM_WITH_BIAS, arguments, x, norm, y);
        }
    }

    void headNorm(Heads x, NormWeights norm, Share share) {
        ElementArguments arguments = new ElementArguments(share, x.headDim());
        HostMatrix data = arguments.parts(x);
        norm(ElementKernel.RMS_NORM, arguments, data, norm, data);
    }

    private void norm(ElementKernel kernel, ElementArguments arguments, HostMatrix x, NormWeights norm, HostMatrix y) {
        arguments.matrix(ElementArgument.X, x);
        arguments.matrix(ElementArgument.OUT, y);
        arguments.vector(ElementArgument.Y, norm.weight());
        arguments.number(norm.epsilon());
        run(kernel, arguments);
    }

    void rotate(Heads x, RotaryAngles angles, Share share) {
        int pairs = angles.frequencies().inverse().length;
        if (2 * pairs > x.headDim()) {
            throw new IllegalArgumentException("rotate: " + pairs + " pairs in heads of " + x.headDim());
        }
        switch (angles.frequencies().style()) {
            case HALF_SPLIT -> {
                ElementArguments arguments = new ElementArguments(share, pairs);
                HostMatrix data = arguments.parts(x);
                arguments.matrix(ElementArgument.X, data);
                arguments.matrix(ElementArgument.OUT, data.columns(pairs, data.columns() - pairs));
                turn(ElementKernel.ROTATE_HALVES, arguments, angles);
            }
            case INTERLEAVED -> {
                ElementArguments arguments = new ElementArguments(share, 2 * pairs);
                arguments.matrix(ElementArgument.X, arguments.parts(x));
                turn(ElementKernel.ROTATE_PAIRS, arguments, angles);
            }
        }
    }

    private void turn(ElementKernel kernel, ElementArguments arguments, RotaryAngles angles) {
        arguments.matrix(ElementArgument.Y, angles.cosines());
        arguments.matrix(ElementArgument.Z, angles.sines());
        run(kernel, arguments);
    }

    void gate(ActivationFunction function, HostMatrix gate, HostMatrix up, HostMatrix out, Share share) {
        ElementArguments arguments = new ElementArguments(share, gate.columns());
        arguments.matrix(ElementArgument.Y, up);
        map(gate(function), arguments, gate, out);
    }

    void activate(ActivationFunction function, HostMatrix x, Share share) {
        map(activation(function), new ElementArguments(share, x.columns()), x, x);
    }

    static ElementKernel gate(ActivationFunction function) {
        return switch (function) {
            case SILU -> ElementKernel.GATE_SILU;
            case GELU_TANH -> ElementKernel.GATE_GELU_TANH;
            case GELU_ERF -> ElementKernel.GATE_GELU_ERF;
        };
    }

    static ElementKernel activation(ActivationFunction function) {
        return switch (function) {
            case SILU -> ElementKernel.SILU;
            case GELU_TANH -> ElementKernel.GELU_TANH;
            case GELU_ERF -> ElementKernel.GELU_ERF;
        };
    }

    void add(HostMatrix x, HostMatrix y, Share share) {
        ElementArguments arguments = new ElementArguments(share, x.columns());
        arguments.matrix(ElementArgument.Y, y);
        map(ElementKernel.ADD, arguments, x, y);
    }

    void softCap(HostMatrix x, float cap, Share share) {
        ElementArguments arguments = new ElementArguments(share, x.columns());
        arguments.number(cap);
        map(ElementKernel.SOFT_CAP, arguments, x, x);
    }

    private void map(ElementKernel kernel, ElementArguments arguments, HostMatrix x, HostMatrix out) {
        arguments.matrix(ElementArgument.X, x);
        arguments.matrix(ElementArgument.OUT, out);
        run(kernel, arguments);
    }

    void run(ElementKernel kernel, ElementArguments arguments) {
        kernels.computeIfAbsent(kernel, this::assemble).call(arguments.address());
    }

    /// At its first use, since a model needs half of them: all together take 2 ms in warm Java, 25 in cold.
    private Kernel assemble(ElementKernel kernel) {
        return CodeMemory.require(kernel.name(), assembler.apply(kernel));
    }
}
