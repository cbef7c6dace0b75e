package dev.lilla.kernel;

import dev.lilla.kernel.GradientKernels.NormedRows;
import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The derivatives on the processor this program runs on: every operation checks its shapes, then is cut into shares
/// for the workers of the backend.
final class HostGradients implements Gradients {
    /// The share of an operation on a single row, which needs no memory of its own.
    private static final Share ONE_ROW = new Share(0, 1, new Scratch(Arena.global()));

    private final GradientKernels kernels;
    private final Products products;
    private final Function<Tensor, Weight> frozen;
    private final Shares shares;
    private final Arena arena;
    private HostMatrix headGradient = new HostMatrix(MemorySegment.NULL, 0, 0, 0, 0);

    /// What multiplies matrices, and how.
    ///
    /// @param matrices or null where the gradient kernels do
    record Products(@Nullable MatrixProducts matrices, Precision precision) {}

    /// @param frozen takes a matrix that stays as it is
    /// @param arena of the backend, which frees parameters
    HostGradients(
            GradientKernels kernels, Products products, Function<Tensor, Weight> frozen, Shares shares, Arena arena) {
        this.kernels = kernels;
        this.products = products;
        this.frozen = frozen;
        this.shares = shares;
        this.arena = arena;
    }

    @Override
    public Precision precision() {
        return products.precision();
    }

    @Override
    public Parameter parameter(String name, Shape shape) {
        int rows = Math.toIntExact(shape.rows());
        int columns = Math.toIntExact(shape.columns());
        HostMatrix values = contiguous(rows, columns, "parameter " + name);
        HostMatrix gradient = contiguous(rows, columns, "gradient of " + name);
        HostWeight weight =
                new HostWeight(name, ElementType.F32, shape, values.memory(), null, null, products.precision());
        return new Parameter(name, weight, values, gradient);
    }

    private HostMatrix contiguous(int rows, int columns, String purpose) {
        MemorySegment memory = HostBackend.allocate(arena, (long) rows * columns * Float.BYTES, purpose);
        return new HostMatrix(memory, 0, rows, columns, columns);
    }

    @Override
    public Parameter parameter(Tensor initial) {
        Parameter parameter = parameter(initial.name(), initial.shape());
        HostMatrix values = (HostMatrix) parameter.values();
        for (int row = 0; row < values.rows(); row++) {
            values.setRow(row, Dequantizer.row(initial, row));
        }
        return parameter;
    }

    @Override
    public Weight frozen(Tensor tensor) {
        return frozen.apply(tensor);
    }

    @Override
    public void linearInput(List<GradientTerm> terms, Activation dx) {
        HostMatrix target = ShapeCheck.host(dx);
        for (GradientTerm term : terms) {
            HostWeight weight = ShapeCheck.host(term.weight());
            HostMatrix dy = ShapeCheck.host(term.dy());
            ShapeCheck.require(
                    dy.rows() == target.rows() && dy.columns() == weight.out() && target.columns() == weight.in(),
                    "linearInput",
                    dy,
                    weight,
                    target);
            if (products.matrices() == null) {
                share(
                        target.rows(),
                        2L * weight.out() * weight.in(),
                        part -> kernels.linearInput(weight, dy, target, part));
            } else if (weight.type() == ElementType.F32) {
                products.matrices()
                        .multiply(
                                products.precision(),
                                StridedMatrix.of(dy),
                                StridedMatrix.of(weight),
                                target,
                                new Ending(1, true));
            } else {
                products.matrices().multiply(products.precision(), StridedMatrix.of(dy), weight, target);
            }
        }
    }

    @Override
    public void linearWeight(float scale, Activation dy, Activation x, Activation dWeight) {
        HostMatrix gradient = ShapeCheck.host(dy);
        HostMatrix input = ShapeCheck.host(x);
        HostMatrix target = ShapeCheck.host(dWeight);
        ShapeCheck.require(
                gradient.rows() == input.rows()
                        && gradient.columns() == target.rows()
                        && input.columns() == target.columns(),
                "linearWeight",
                gradient,
                input,
                target);
        if (products.matrices() != null) {
            products.matrices()
                    .multiply(
                            products.precision(),
                            StridedMatrix.of(gradient).transposed(),
                            StridedMatrix.of(input),
                            target,
                            new Ending(scale, true));
            return;
        }
        share(
                target.rows(),
                2L * input.rows() * input.columns(),
                part -> kernels.linearWeight(scale, gradient, input, target, part));
    }

    @Override
    public void linearBias(Activation dy, Activation dBias) {
        HostMatrix gradient = ShapeCheck.host(dy);
        HostMatrix target = vector("linearBias", dBias, gradient.columns());
        share(gradient.columns(), gradient.rows(), part -> kernels.columnSums(gradient, target, part));
    }

    @Override
    public void embed(int[] tokens, float scale, Activation dy, Activation dTable) {
        HostMatrix gradient = ShapeCheck.host(dy);
        HostMatrix table = ShapeCheck.host(dTable);
        ShapeCheck.require(
                tokens.length == gradient.rows() && gradient.columns() == table.columns(),
                "embed",
                tokens.length + " tokens",
                gradient,
                table);
        for (int token : tokens) {
            Objects.checkIndex(token, table.rows());
        }
        // A token may come twice, so that rows cannot be shared out.
        for (int t = 0; t < tokens.length; t++) {
            kernels.addScaled(scale, gradient.rows(t, 1), table.rows(tokens[t], 1), ONE_ROW);
        }
    }

    @Override
    public void rmsNorm(
            Activation x, Weight weight, float epsilon, Activation dy, Activation dx, @Nullable Activation dWeight) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix gradient = ShapeCheck.host(dy);
        HostMatrix target = ShapeCheck.host(dx);
        NormWeights norm = new NormWeights(ShapeCheck.host(weight), null, epsilon);
        ShapeCheck.same("rmsNorm", in, gradient);
        ShapeCheck.same("rmsNorm", in, target);
        ShapeCheck.vector("rmsNorm", norm.weight(), in.columns());
        NormedRows rows = NormedRows.rms(in.rows());
        share(in.rows(), 5L * in.columns(), part -> kernels.rmsNorm(in, norm, gradient, target, rows, part));
        normWeight("rmsNorm", in, rows, gradient, dWeight);
    }

    @Override
    public void layerNorm(
            Activation x,
            Weight weight,
            float epsilon,
            Activation dy,
            Activation dx,
            @Nullable Activation dWeight,
            @Nullable Activation dBias) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix gradient = ShapeCheck.host(dy);
        HostMatrix target = ShapeCheck.host(dx);
        NormWeights norm = new NormWeights(ShapeCheck.host(weight), null, epsilon);
        ShapeCheck.same("layerNorm", in, gradient);
        ShapeCheck.same("layerNorm", in, target);
        ShapeCheck.vector("layerNorm", norm.weight(), in.columns());
        NormedRows rows = NormedRows.layer(in.rows());
        share(in.rows(), 7L * in.columns(), part -> kernels.layerNorm(in, norm, gradient, target, rows, part));
        normWeight("layerNorm", in, rows, gradient, dWeight);
        if (dBias != null) {
            linearBias(dy, dBias);
        }
    }

    private void normWeight(
            String operation, HostMatrix x, NormedRows rows, HostMatrix dy, @Nullable Activation dWeight) {
        if (dWeight != null) {
            HostMatrix sums = vector(operation, dWeight, x.columns());
            share(x.columns(), 3L * x.rows(), part -> kernels.normWeight(x, rows, dy, sums, part));
        }
    }

    @Override
    public void headNorm(Heads x, Weight weight, float epsilon, Heads dy, @Nullable Activation dWeight) {
        HostMatrix in = ShapeCheck.host(x.data());
        HostMatrix gradient = ShapeCheck.host(dy.data());
        NormWeights norm = new NormWeights(ShapeCheck.host(weight), null, epsilon);
        ShapeCheck.vector("headNorm", norm.weight(), x.headDim());
        ShapeCheck.require(
                in.rows() == gradient.rows() && x.heads() == dy.heads() && x.headDim() == dy.headDim(),
                "headNorm",
                in,
                gradient);
        HostMatrix target = headGradient(in.rows(), x.headDim());
        for (int head = 0; head < x.heads(); head++) {
            HostMatrix part = in.columns(x.offset() + head * x.stride(), x.headDim());
            HostMatrix change = gradient.columns(dy.offset() + head * dy.stride(), x.headDim());
            clear(target);
            rmsNorm(part, weight, epsilon, change, target, dWeight);
            copy(target, change);
        }
    }

    private HostMatrix headGradient(int rows, int headDim) {
        if (headGradient.rows() < rows || headGradient.columns() < headDim) {
            headGradient = contiguous(rows, headDim, "gradients of a head");
        }
        return headGradient.rows(0, rows).columns(0, headDim);
    }

    @Override
    public void attend(AttentionGradient step) {
        int rows = step.dOutput().rows();
        for (Heads heads :
                List.of(step.queries(), step.keys(), step.values(), step.dQueries(), step.dKeys(), step.dValues())) {
            ShapeCheck.host(heads.data());
            ShapeCheck.heads("attend", heads, step.queries().headDim());
            ShapeCheck.require(heads.data().rows() == rows, "attend", heads.data(), rows + " rows");
        }
        ShapeCheck.same("attend", ShapeCheck.host(step.output()), ShapeCheck.host(step.dOutput()));
        int heads = step.queries().heads();
        int kvHeads = step.keys().heads();
        ShapeCheck.require(
                heads % kvHeads == 0
                        && step.values().heads() == kvHeads
                        && step.dQueries().heads() == heads
                        && step.dKeys().heads() == kvHeads
                        && step.dValues().heads() == kvHeads
                        && step.output().columns() == heads * step.queries().headDim(),
                "attend",
                heads + " heads",
                kvHeads + " K/V heads",
                step.output());
        int longest = 0;
        for (Span span : step.spans()) {
            if (span.position() != 0 || (long) span.row() + span.count() > rows) {
                throw new IllegalArgumentException(
                        "attend: " + span + " is no whole sequence within " + rows + " rows");
            }
            longest = Math.max(longest, span.count());
        }
        long steps = 5L * longest * longest * step.queries().headDim() * (heads / kvHeads);
        share(step.spans().size() * kvHeads, steps, part -> kernels.attend(step, part));
    }

    @Override
    public void gate(
            ActivationFunction function,
            Activation gate,
            Activation up,
            Activation dy,
            Activation dGate,
            Activation dUp) {
        HostMatrix gated = ShapeCheck.host(gate);
        HostMatrix factor = ShapeCheck.host(up);
        HostMatrix gradient = ShapeCheck.host(dy);
        HostMatrix gateTarget = ShapeCheck.host(dGate);
        HostMatrix upTarget = ShapeCheck.host(dUp);
        for (HostMatrix other : List.of(factor, gradient, gateTarget, upTarget)) {
            ShapeCheck.same("gate", gated, other);
        }
        share(
                gated.rows(),
                16L * gated.columns(),
                part -> kernels.gate(function, gated, factor, gradient, gateTarget, upTarget, part));
    }

    @Override
    public void activate(ActivationFunction function, Activation x, Activation dy) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix gradient = ShapeCheck.host(dy);
        ShapeCheck.same("activate", in, gradient);
        share(in.rows(), 12L * in.columns(), part -> kernels.activate(function, in, gradient, part));
    }

    @Override
    public void softCap(Activation y, float cap, Activation dy) {
        HostMatrix capped = ShapeCheck.host(y);
        HostMatrix gradient = ShapeCheck.host(dy);
        ShapeCheck.same("softCap", capped, gradient);
        share(capped.rows(), 2L * capped.columns(), part -> kernels.softCap(capped, cap, gradient, part));
    }

    @Override
    public void crossEntropy(Activation logits, int[] labels, float[] weights, double[] losses) {
        HostMatrix data = ShapeCheck.host(logits);
        int rows = data.rows();
        ShapeCheck.require(
                labels.length == rows && weights.length == rows && losses.length == rows,
                "crossEntropy",
                data,
                labels.length + " labels",
                weights.length + " weights",
                losses.length + " losses");
        for (int label : labels) {
            Objects.checkIndex(label, data.columns());
        }
        share(rows, 16L * data.columns(), part -> kernels.crossEntropy(data, labels, weights, losses, part));
    }

    @Override
    public void dropout(Activation x, float probability, long seed, Activation y) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix out = ShapeCheck.host(y);
        ShapeCheck.same("dropout", in, out);
        if (!(probability >= 0 && probability < 1)) {
            throw new IllegalArgumentException("dropout: the probability is " + probability + ", expected 0 to 1");
        }
        share(in.rows(), 6L * in.columns(), part -> kernels.dropout(in, probability, seed, out, part));
    }

    @Override
    public void addScaled(float scale, Activation x, Activation y) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix out = ShapeCheck.host(y);
        ShapeCheck.same("addScaled", in, out);
        share(in.rows(), in.columns(), part -> kernels.addScaled(scale, in, out, part));
    }

    @Override
    public void copy(Activation x, Activation y) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix out = ShapeCheck.host(y);
        ShapeCheck.same("copy", in, out);
        long bytes = (long) in.columns() * Float.BYTES;
        share(in.rows(), in.columns(), part -> {
            for (int t = part.from(); t < part.to(); t++) {
                MemorySegment.copy(in.memory(), in.at(t, 0), out.memory(), out.at(t, 0), bytes);
            }
        });
    }

    @Override
    public void clear(Activation x) {
        HostMatrix data = ShapeCheck.host(x);
        long bytes = (long) data.columns() * Float.BYTES;
        share(data.rows(), data.columns(), part -> {
            for (int t = part.from(); t < part.to(); t++) {
                data.memory().asSlice(data.at(t, 0), bytes).fill((byte) 0);
            }
        });
    }

    @Override
    public double squares(Activation x) {
        HostMatrix data = ShapeCheck.host(x);
        double[] sums = new double[data.rows()];
        share(data.rows(), data.columns(), part -> kernels.squares(data, sums, part));
        double sum = 0;
        for (double row : sums) {
            sum += row;
        }
        return sum;
    }

    @Override
    public void scatterAdd(Activation dy, int[] rows, Activation dx) {
        HostMatrix gradient = ShapeCheck.host(dy);
        HostMatrix target = ShapeCheck.host(dx);
        ShapeCheck.require(
                rows.length <= gradient.rows() && gradient.columns() == target.columns(),
                "scatterAdd",
                gradient,
                rows.length + " rows",
                target);
        for (int row : rows) {
            Objects.checkIndex(row, target.rows());
        }
        for (int t = 0; t < rows.length; t++) {
            kernels.addScaled(1, gradient.rows(t, 1), target.rows(rows[t], 1), ONE_ROW);
        }
    }

    @Override
    public void adamW(AdamStep step, Parameter parameter, Activation first, Activation second) {
        HostMatrix values = ShapeCheck.host(parameter.values());
        HostMatrix gradient = ShapeCheck.host(parameter.gradient());
        HostMatrix mean = ShapeCheck.host(first);
        HostMatrix square = ShapeCheck.host(second);
        ShapeCheck.same("adamW", values, gradient);
        ShapeCheck.same("adamW", values, mean);
        ShapeCheck.same("adamW", values, square);
        share(values.rows(), 8L * values.columns(), part -> kernels.adamW(step, values, gradient, mean, square, part));
    }

    private static HostMatrix vector(String operation, Activation activation, int columns) {
        HostMatrix vector = ShapeCheck.host(activation);
        ShapeCheck.require(
                vector.rows() == 1 && vector.columns() == columns, operation, vector, "expected [1, " + columns + "]");
        return vector;
    }

    private void share(int rows, long stepsPerRow, Shares.Operation operation) {
        shares.run(rows, stepsPerRow, operation);
    }
}
