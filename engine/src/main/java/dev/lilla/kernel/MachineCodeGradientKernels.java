package dev.lilla.kernel;

import dev.lilla.kernel.x64.ElementArgument;
import dev.lilla.kernel.x64.ElementKernel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The derivatives as machine code, row by row in f32; sums over rows are plain loops in double along the rows.
///
/// Products of whole matrices are not here: [HostGradients] has [MatrixProducts] for them, which cut their work
/// themselves.
final class MachineCodeGradientKernels implements GradientKernels {
    private final ElementOperations elements;
    private final AttentionGradients attention;
    private final GradientKernels others = new ReferenceGradientKernels();

    MachineCodeGradientKernels(ElementOperations elements, MatrixKernels matrices) {
        this.elements = elements;
        this.attention = new AttentionGradients(elements, matrices);
    }

    @Override
    public void linearInput(HostWeight weight, HostMatrix dy, HostMatrix dx, Share share) {
        others.linearInput(weight, dy, dx, share);
    }

    @Override
    public void linearWeight(float scale, HostMatrix dy, HostMatrix x, HostMatrix dWeight, Share share) {
        others.linearWeight(scale, dy, x, dWeight, share);
    }

    @Override
    public void columnSums(HostMatrix y, HostMatrix sums, Share share) {
        int count = share.to() - share.from();
        float[] row = share.scratch().floats(count);
        double[] total = new double[count];
        for (int t = 0; t < y.rows(); t++) {
            copy(y, t, share, row);
            for (int i = 0; i < count; i++) {
                total[i] += row[i];
            }
        }
        add(total, sums, share);
    }

    private static void copy(HostMatrix x, int row, Share columns, float[] target) {
        int count = columns.to() - columns.from();
        MemorySegment.copy(x.memory(), HostMatrix.FLOAT, x.at(row, columns.from()), target, 0, count);
    }

    private static void add(double[] total, HostMatrix sums, Share columns) {
        for (int i = columns.from(); i < columns.to(); i++) {
            sums.set(0, i, (float) (sums.get(0, i) + total[i - columns.from()]));
        }
    }

    @Override
    public void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix dy, HostMatrix dx, NormedRows rows, Share share) {
        norm(ElementKernel.RMS_NORM_GRADIENT, x, norm, dy, dx, rows, share);
    }

    @Override
    public void layerNorm(HostMatrix x, NormWeights norm, HostMatrix dy, HostMatrix dx, NormedRows rows, Share share) {
        norm(ElementKernel.LAYER_NORM_GRADIENT, x, norm, dy, dx, rows, share);
    }

    private void norm(
            ElementKernel kernel,
            HostMatrix x,
            NormWeights norm,
            HostMatrix dy,
            HostMatrix dx,
            NormedRows rows,
            Share share) {
        ElementArguments arguments = new ElementArguments(share, x.columns());
        MemorySegment numbers = share.scratch().memory(2L * Float.BYTES * (share.to() - share.from()));
        arguments.matrix(ElementArgument.X, x);
        arguments.matrix(ElementArgument.Y, dy);
        arguments.vector(ElementArgument.Z, norm.weight());
        arguments.matrix(ElementArgument.OUT, dx);
        arguments.number(norm.epsilon());
        arguments.rowNumbers(numbers);
        elements.run(kernel, arguments);
        for (int t = share.from(); t < share.to(); t++) {
            long at = 2L * Float.BYTES * (t - share.from());
            if (rows.means() != null) {
                rows.means()[t] = numbers.get(HostMatrix.FLOAT, at);
            }
            rows.factors()[t] = numbers.get(HostMatrix.FLOAT, at + Float.BYTES);
        }
    }

    @Override
    public void normWeight(HostMatrix x, NormedRows rows, HostMatrix dy, HostMatrix dWeight, Share share) {
        int count = share.to() - share.from();
        float[] values = new float[count];
        float[] gradients = share.scratch().floats(count);
        double[] total = new double[count];
        for (int t = 0; t < x.rows(); t++) {
            copy(x, t, share, values);
            copy(dy, t, share, gradients);
            double mean = rows.mean(t);
            double factor = rows.factors()[t];
            for (int i = 0; i < count; i++) {
                total[i] += gradients[i] * ((values[i] - mean) * factor);
            }
        }
        add(total, dWeight, share);
    }

    @Override
    public void attend(AttentionGradient step, Share share) {
        for (int task = share.from(); task < share.to(); task++) {
            attention.compute(step, task, share.scratch());
        }
    }

    @Override
    public void gate(
            ActivationFunction function,
            HostMatrix gate,
            HostMatrix up,
            HostMatrix dy,
            HostMatrix dGate,
            HostMatrix dUp,
            Share share) {
        // First what overwrites none of the operands of the second.
        elements.gate(function, gate, dy, dUp, share);
        ElementArguments arguments = new ElementArguments(share, gate.columns());
        arguments.matrix(ElementArgument.X, gate);
        arguments.matrix(ElementArgument.Y, up);
        arguments.matrix(ElementArgument.Z, dy);
        arguments.matrix(ElementArgument.OUT, dGate);
        elements.run(
                switch (function) {
                    case SILU -> ElementKernel.GATE_SILU_GRADIENT;
                    case GELU_TANH -> ElementKernel.GATE_GELU_TANH_GRADIENT;
                    case GELU_ERF -> ElementKernel.GATE_GELU_ERF_GRADIENT;
                },
                arguments);
    }

    @Override
    public void activate(ActivationFunction function, HostMatrix x, HostMatrix dy, Share share) {
        ElementKernel kernel = switch (function) {
            case SILU -> ElementKernel.SILU_GRADIENT;
            case GELU_TANH -> ElementKernel.GELU_TANH_GRADIENT;
            case GELU_ERF -> ElementKernel.GELU_ERF_GRADIENT;
        };
        map(kernel, x, dy, 0, share);
    }

    @Override
    public void softCap(HostMatrix y, float cap, HostMatrix dy, Share share) {
        map(ElementKernel.SOFT_CAP_GRADIENT, y, dy, 1 / cap, share);
    }

    @Override
    public void addScaled(float scale, HostMatrix x, HostMatrix y, Share share) {
        map(ElementKernel.ADD_SCALED, x, y, scale, share);
    }

    /// A kernel that changes `y`, which it reads together with `x`.
    private void map(ElementKernel kernel, HostMatrix x, HostMatrix y, float number, Share share) {
        ElementArguments arguments = new ElementArguments(share, x.columns());
        arguments.matrix(ElementArgument.X, x);
        arguments.matrix(ElementArgument.Y, y);
        arguments.matrix(ElementArgument.OUT, y);
        arguments.number(number);
        elements.run(kernel, arguments);
    }

    @Override
    public void crossEntropy(HostMatrix logits, int[] labels, float[] weights, double[] losses, Share share) {
        for (int t = share.from(); t < share.to(); t++) {
            if (weights[t] == 0) {
                losses[t] = 0;
                long bytes = (long) logits.columns() * Float.BYTES;
                logits.memory().asSlice(logits.at(t, 0), bytes).fill((byte) 0);
                continue;
            }
            float label = logits.get(t, labels[t]);
            ElementArguments arguments = new ElementArguments(new Share(t, t + 1, share.scratch()), logits.columns());
            arguments.matrix(ElementArgument.X, logits);
            arguments.matrix(ElementArgument.OUT, logits);
            arguments.number(weights[t]);
            elements.run(ElementKernel.SOFTMAX, arguments);
            losses[t] = Math.log(arguments.number(1)) + arguments.number(0) - label;
            logits.set(t, labels[t], logits.get(t, labels[t]) - weights[t]);
        }
    }

    @Override
    public void dropout(HostMatrix x, float probability, long seed, HostMatrix y, Share share) {
        others.dropout(x, probability, seed, y, share);
    }

    @Override
    public void squares(HostMatrix x, double[] sums, Share share) {
        float[] row = share.scratch().floats(x.columns());
        double[] lanes = new double[8];
        for (int t = share.from(); t < share.to(); t++) {
            x.copyRow(t, row);
            Arrays.fill(lanes, 0);
            int i = 0;
            for (; i <= x.columns() - lanes.length; i += lanes.length) {
                for (int lane = 0; lane < lanes.length; lane++) {
                    lanes[lane] += (double) row[i + lane] * row[i + lane];
                }
            }
            double sum = 0;
            for (; i < x.columns(); i++) {
                sum += (double) row[i] * row[i];
            }
            for (double lane : lanes) {
                sum += lane;
            }
            sums[t] = sum;
        }
    }

    @Override
    public void adamW(
            AdamStep step, HostMatrix values, HostMatrix gradient, HostMatrix first, HostMatrix second, Share share) {
        ElementArguments arguments = new ElementArguments(share, values.columns());
        arguments.matrix(ElementArgument.X, gradient);
        arguments.matrix(ElementArgument.Y, first);
        arguments.matrix(ElementArgument.Z, second);
        arguments.matrix(ElementArgument.OUT, values);
        double[] numbers = {
            step.gradientScale(),
            step.beta1(),
            1.0 - step.beta1(),
            step.beta2(),
            1.0 - step.beta2(),
            1 / (1 - Math.pow(step.beta2(), step.step())),
            step.epsilon(),
            step.rate() / (1 - Math.pow(step.beta1(), step.step())),
            1 - (double) step.rate() * step.decay()
        };
        for (int i = 0; i < numbers.length; i++) {
            arguments.number(i, (float) numbers[i]);
        }
        elements.run(ElementKernel.ADAM, arguments);
    }
}
