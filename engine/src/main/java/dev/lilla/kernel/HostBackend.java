package dev.lilla.kernel;

import dev.lilla.kernel.x64.LinuxMemory;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The processor this program runs on. Matrices are packed, or stay where they were mapped, vectors are copied to f32,
/// activations live off the heap; every operation checks its shapes, then is cut into shares for the workers.
public final class HostBackend implements Backend {
    /// Kinds of rotary frequencies whose angles are kept; models have one or two.
    private static final int ANGLES_MAX = 8;

    /// Tables up to this size are copied, so that nothing of their model is read from its file later: copying takes
    /// some 30 ms. Of a larger one Java alone reads rows, which survives a file that was shortened.
    private static final long TABLE_COPIED_MAX = 128L << 20;

    /// Elementary steps for each element of a key that is stored: those of one token lie in cache lines of their own.
    private static final long STEPS_TO_STORE = 16;

    private final Kernels kernels;
    private final WeightMemory weights;
    private final Arena arena = Arena.ofShared();
    private final Shares shares;
    private final @Nullable MatrixProducts products;
    private final LinearMaps maps;

    /// Of attention over a long context that is cut into tasks.
    private final Scratch partialScores = new Scratch(arena);

    private List<RotaryAngles> angles = List.of();

    HostBackend(Kernels kernels, int threads) {
        this(kernels, threads, WeightMemory.PACKED);
    }

    HostBackend(Kernels kernels, int threads, WeightMemory weights) {
        this.kernels = kernels;
        this.weights = weights;
        this.shares = new Shares(threads, arena);
        this.products = kernels.matrixKernels()
                .map(matrices -> new MatrixProducts(matrices, shares, arena))
                .orElse(null);
        this.maps = new LinearMaps(kernels, products, shares, weights, arena);
    }

    /// @throws IllegalArgumentException if the chosen kernels cannot run here
    public static HostBackend open(HostOptions options) {
        return new HostBackend(KernelChoice.of(options).kernels(), options.threads(), options.weights());
    }

    @Override
    public String description() {
        int threads = shares.threads();
        return kernels.description() + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    @Override
    public Weight weight(Tensor tensor) {
        HostWeight stored = stored(tensor);
        MemorySegment data = stored.data();
        if (!data.isMapped() || weights == WeightMemory.MAPPED || data.byteSize() > TABLE_COPIED_MAX) {
            return stored;
        }
        MemorySegment copy = copy(data, tensor.name());
        if (LinuxMemory.isHere()) {
            LinuxMemory.release(data);
        }
        return new HostWeight(stored.name(), stored.type(), stored.shape(), copy);
    }

    private MemorySegment copy(MemorySegment data, String name) {
        MemorySegment copy = allocate(arena, data.byteSize(), "weight " + name);
        try {
            copy.copyFrom(data);
        } catch (InternalError e) {
            throw FileChangedException.of(e);
        }
        return copy.asReadOnly();
    }

    private HostWeight stored(Tensor tensor) {
        if (!tensor.type().isReal()) {
            throw new IllegalArgumentException(
                    "tensor " + tensor.name() + " of type " + tensor.type() + " holds no real numbers");
        }
        Shape shape = tensor.shape();
        if (shape.rows() > Integer.MAX_VALUE || shape.columns() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " is too large for a weight: " + shape);
        }
        if (shape.rank() <= 1) {
            return vector(tensor.name(), Dequantizer.row(tensor, 0));
        }
        MemorySegment data = tensor.data();
        if (!data.isNative()) {
            data = copy(data, tensor.name());
        }
        return new HostWeight(tensor.name(), tensor.type(), shape, data);
    }

    @Override
    public Weight weight(String name, float[] values) {
        return vector(name, values);
    }

    private HostWeight vector(String name, float[] values) {
        MemorySegment data = allocate(arena, (long) values.length * Float.BYTES, "weight " + name);
        MemorySegment.copy(values, 0, data, HostMatrix.FLOAT, 0, values.length);
        return new HostWeight(name, ElementType.F32, Shape.of(values.length), data.asReadOnly());
    }

    @Override
    public Activation allocate(int rows, int columns) {
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("no activations: [" + rows + ", " + columns + "]");
        }
        int stride = stride(columns);
        // Saturated where a long cannot count them: then they cannot be had either.
        long bytes = Math.min((long) rows * stride, Long.MAX_VALUE / 8) * Float.BYTES;
        return new HostMatrix(allocate(arena, bytes, "activations"), 0, rows, columns, stride);
    }

    /// Rows begin at cache lines. A stride of a multiple of 4 KiB would put the same column of all rows into one set of
    /// an 8-way first-level cache, so such rows are a line longer.
    private static int stride(int columns) {
        int line = Scratch.ALIGNMENT / Float.BYTES;
        int stride = Math.multiplyExact(Math.ceilDiv(columns, line), line);
        return stride % 1024 == 0 ? Math.addExact(stride, line) : stride;
    }

    /// Zeroed memory, aligned to 64 bytes. Much of it comes in pages that the system clears when they are first used:
    /// activations are as long as the longest step, which most never are.
    static MemorySegment allocate(Arena arena, long bytes, String purpose) {
        if (bytes >= LinuxMemory.HUGE_PAGE && LinuxMemory.isHere()) {
            return LinuxMemory.pages(bytes, arena)
                    .orElseThrow(() -> new CapacityException(
                            "no memory for " + purpose + " of " + bytes + " bytes outside the heap"));
        }
        try {
            return arena.allocate(bytes, Scratch.ALIGNMENT);
        } catch (OutOfMemoryError e) {
            CapacityException failure =
                    new CapacityException("no memory for " + purpose + " of " + bytes + " bytes outside the heap");
            failure.initCause(e);
            throw failure;
        }
    }

    @Override
    public KvBlocks allocateBlocks(KvLayout layout, int capacity) {
        return new HostKvBlocks(layout, capacity);
    }

    @Override
    public void embed(Weight table, int[] tokens, float scale, Activation out) {
        HostWeight rows = ShapeCheck.host(table);
        HostMatrix target = ShapeCheck.host(out);
        ShapeCheck.require(
                tokens.length == target.rows() && rows.in() == target.columns(),
                "embed",
                rows,
                tokens.length + " tokens",
                target);
        for (int token : tokens) {
            if (token < 0 || token >= rows.out()) {
                throw new IllegalArgumentException("embed: token " + token + " of a vocabulary of " + rows.out());
            }
        }
        share(tokens.length, target.columns(), share -> {
            float[] row = new float[target.columns()];
            for (int t = share.from(); t < share.to(); t++) {
                rows.copyRow(tokens[t], row);
                for (int i = 0; i < row.length; i++) {
                    row[i] *= scale;
                }
                target.setRow(t, row);
            }
        });
    }

    /// Bytes of memory that a matrix takes as a [#linearWeight], whose file is let go of once it is packed.
    ///
    /// @param type in its file
    public long linearBytes(ElementType type, int out, int in) {
        return maps.packing(type)
                .map(layout -> PackedWeight.bytes(layout, out, in))
                .orElseGet(() -> type.byteSize((long) out * in));
    }

    @Override
    public Weight linearWeight(Tensor tensor) {
        HostWeight stored = stored(tensor);
        return stored.shape().rank() >= 2 ? maps.prepare(stored) : stored;
    }

    @Override
    public void linear(List<LinearTerm> terms, Activation x, List<RowRange> prompts) {
        maps.linear(terms, ShapeCheck.host(x), prompts);
    }

    @Override
    public void linearAdd(Weight weight, float scale, Activation x, Activation y) {
        maps.linearAdd(ShapeCheck.host(weight), scale, ShapeCheck.host(x), ShapeCheck.host(y));
    }

    @Override
    public void rmsNorm(Activation x, Weight weight, float epsilon, Activation y) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix out = ShapeCheck.host(y);
        NormWeights norm = new NormWeights(ShapeCheck.host(weight), null, epsilon);
        ShapeCheck.same("rmsNorm", in, out);
        ShapeCheck.vector("rmsNorm", norm.weight(), in.columns());
        share(in.rows(), 2L * in.columns(), share -> kernels.rmsNorm(in, norm, out, share));
    }

    @Override
    public void layerNorm(Activation x, Weight weight, @Nullable Weight bias, float epsilon, Activation y) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix out = ShapeCheck.host(y);
        NormWeights norm =
                new NormWeights(ShapeCheck.host(weight), bias == null ? null : ShapeCheck.host(bias), epsilon);
        ShapeCheck.same("layerNorm", in, out);
        ShapeCheck.vector("layerNorm", norm.weight(), in.columns());
        if (norm.bias() != null) {
            ShapeCheck.vector("layerNorm", norm.bias(), in.columns());
        }
        share(in.rows(), 3L * in.columns(), share -> kernels.layerNorm(in, norm, out, share));
    }

    @Override
    public void headNorm(Heads x, Weight weight, float epsilon) {
        HostMatrix data = ShapeCheck.host(x.data());
        NormWeights norm = new NormWeights(ShapeCheck.host(weight), null, epsilon);
        ShapeCheck.vector("headNorm", norm.weight(), x.headDim());
        share(data.rows(), 2L * x.heads() * x.headDim(), share -> kernels.headNorm(x, norm, share));
    }

    @Override
    public void rotate(Heads x, RotaryFrequencies frequencies, int[] positions) {
        HostMatrix data = ShapeCheck.host(x.data());
        ShapeCheck.require(
                positions.length == data.rows() && frequencies.rotaryDim() <= x.headDim(),
                "rotate",
                data,
                positions.length + " positions",
                "headDim " + x.headDim(),
                "rotaryDim " + frequencies.rotaryDim());
        RotaryAngles served = angles(frequencies, positions);
        long steps = (long) x.heads() * x.headDim();
        share(data.rows(), steps, share -> kernels.rotate(x, served, share));
    }

    /// Kept for the step: all layers share them, and a model has at most a few kinds (one for local layers, one for
    /// global ones), which take turns.
    private RotaryAngles angles(RotaryFrequencies frequencies, int[] positions) {
        for (RotaryAngles known : angles) {
            if (known.serves(frequencies, positions)) {
                return known;
            }
        }
        RotaryAngles made = RotaryAngles.of(frequencies, positions);
        boolean isSameStep =
                !angles.isEmpty() && Arrays.equals(angles.getFirst().positions(), positions);
        List<RotaryAngles> kept = new ArrayList<>(isSameStep && angles.size() < ANGLES_MAX ? angles : List.of());
        kept.add(made);
        angles = kept;
        return made;
    }

    @Override
    public void scaleRows(Heads x, float[] factors) {
        HostMatrix data = ShapeCheck.host(x.data());
        ShapeCheck.require(factors.length == data.rows(), "scaleRows", data, factors.length + " factors");
        for (int t = 0; t < data.rows(); t++) {
            for (int head = 0; head < x.heads(); head++) {
                int start = x.offset() + head * x.stride();
                for (int i = start; i < start + x.headDim(); i++) {
                    data.set(t, i, data.get(t, i) * factors[t]);
                }
            }
        }
    }

    @Override
    public void store(Heads keys, Heads values, KvBlocks cache, int layer, List<Span> spans) {
        HostMatrix keyData = ShapeCheck.host(keys.data());
        HostMatrix valueData = ShapeCheck.host(values.data());
        HostKvBlocks blocks = ShapeCheck.host(cache);
        ShapeCheck.layer(blocks, layer, keys.headDim());
        int kvHeads = blocks.layout().layers().get(layer).kvHeads();
        ShapeCheck.require(
                keys.heads() == kvHeads && values.heads() == kvHeads && values.headDim() == keys.headDim(),
                "store",
                kvHeads + " K/V heads",
                keys.heads() + " keys",
                values.heads() + " values of " + values.headDim());
        ShapeCheck.spans(spans, Math.min(keyData.rows(), valueData.rows()), blocks);
        CacheStep step = new CacheStep(keys, values, blocks, layer, List.copyOf(spans));
        long steps = STEPS_TO_STORE * kvHeads * keys.headDim();
        // Prompts are stored several tokens at a time, which lie in one block.
        boolean isPrompt = spans.stream().anyMatch(span -> span.count() > 1);
        int grain = isPrompt ? KvLayout.BLOCK_TOKENS : 1;
        shares.run(keyData.rows(), steps, grain, share -> kernels.store(step, share));
    }

    @Override
    public void attend(
            Heads queries, KvBlocks cache, int layer, AttentionMask mask, AttentionRows rows, Activation out) {
        HostMatrix data = ShapeCheck.host(queries.data());
        HostMatrix target = ShapeCheck.host(out);
        HostKvBlocks blocks = ShapeCheck.host(cache);
        ShapeCheck.layer(blocks, layer, queries.headDim());
        ShapeCheck.require(
                queries.heads() % blocks.layout().layers().get(layer).kvHeads() == 0
                        && target.rows() == data.rows()
                        && target.columns() == queries.heads() * queries.headDim(),
                "attend",
                queries.heads() + " heads of " + queries.headDim(),
                blocks.layout().layers().get(layer),
                data,
                target);
        ShapeCheck.spans(rows.spans(), data.rows(), blocks);
        AttentionRows served = kernels.roundsPrompts() ? rows : AttentionRows.exact(rows.spans());
        AttentionStep step = AttentionStep.whole(queries, blocks, layer, mask, served, target)
                .split(shares.threads(), partialScores);
        if (step.tiles().isEmpty()) {
            return;
        }
        long keys = Math.min(step.longest(), mask.window()) / step.splits() + 1L;
        long steps = 2L * keys * queries.headDim() * step.tiles().getFirst().rows();
        share(step.tasks(), steps, share -> kernels.attend(step, share));
        if (step.splits() > 1) {
            share(step.tiles().size(), Shares.STEPS_WORTH_SHARING, share -> kernels.merge(step, share));
        }
    }

    @Override
    public void gate(ActivationFunction function, Activation gate, Activation up, Activation out) {
        HostMatrix gated = ShapeCheck.host(gate);
        HostMatrix factor = ShapeCheck.host(up);
        HostMatrix target = ShapeCheck.host(out);
        ShapeCheck.same("gate", gated, factor);
        ShapeCheck.same("gate", gated, target);
        share(gated.rows(), 8L * gated.columns(), share -> kernels.gate(function, gated, factor, target, share));
    }

    @Override
    public void activate(ActivationFunction function, Activation x) {
        HostMatrix data = ShapeCheck.host(x);
        share(data.rows(), 8L * data.columns(), share -> kernels.activate(function, data, share));
    }

    @Override
    public void add(Activation x, Activation y) {
        HostMatrix in = ShapeCheck.host(x);
        HostMatrix out = ShapeCheck.host(y);
        ShapeCheck.same("add", in, out);
        share(in.rows(), in.columns(), share -> kernels.add(in, out, share));
    }

    @Override
    public void softCap(Activation x, float cap) {
        HostMatrix data = ShapeCheck.host(x);
        if (!(cap > 0)) {
            throw new IllegalArgumentException("softCap: the cap is " + cap + ", expected more than 0");
        }
        share(data.rows(), 8L * data.columns(), share -> kernels.softCap(data, cap, share));
    }

    @Override
    public void gather(Activation x, int[] rows, Activation out) {
        HostMatrix source = ShapeCheck.host(x);
        HostMatrix target = ShapeCheck.host(out);
        ShapeCheck.require(
                rows.length <= target.rows() && source.columns() == target.columns(),
                "gather",
                source,
                rows.length + " rows",
                target);
        for (int row : rows) {
            Objects.checkIndex(row, source.rows());
        }
        long bytes = (long) source.columns() * Float.BYTES;
        for (int t = 0; t < rows.length; t++) {
            MemorySegment.copy(source.memory(), source.at(rows[t], 0), target.memory(), target.at(t, 0), bytes);
        }
    }

    @Override
    public void read(Activation x, int row, float[] target) {
        HostMatrix source = ShapeCheck.host(x);
        Objects.checkIndex(row, source.rows());
        ShapeCheck.require(target.length >= source.columns(), "read", source, "array of " + target.length);
        source.copyRow(row, target);
    }

    @Override
    public void write(float[] source, Activation x, int row) {
        HostMatrix target = ShapeCheck.host(x);
        Objects.checkIndex(row, target.rows());
        ShapeCheck.require(source.length >= target.columns(), "write", target, "array of " + source.length);
        target.setRow(row, source);
    }

    @Override
    public Gradients gradients(Precision precision) {
        HostGradients.Products matrices = new HostGradients.Products(products, precision);
        return new HostGradients(kernels.gradients(), matrices, tensor -> frozen(tensor, precision), shares, arena);
    }

    private Weight frozen(Tensor tensor, Precision precision) {
        HostWeight stored = stored(tensor);
        return stored.shape().rank() >= 2 ? maps.frozen(stored, precision) : stored;
    }

    @Override
    public void close() {
        shares.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private void share(int rows, long stepsPerRow, Shares.Operation operation) {
        shares.run(rows, stepsPerRow, operation);
    }
}
