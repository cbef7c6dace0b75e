package dev.lilla.model;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.Parameter;
import dev.lilla.kernel.Precision;
import dev.lilla.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A decoder that learns: the forward pass of [Decoder], the loss, and the backward pass through the same blocks, which
/// adds to the gradients of its parameters.
///
/// Gradients are explicit, block by block, beside each block's forward pass. Equal calls give equal bits, whatever the
/// number of threads. Not safe for use by several threads.
public final class TrainableDecoder implements AutoCloseable {
    /// Logits held at a time: 64 MB.
    private static final int LOGITS_MAX = 1 << 24;

    private static final int LOGIT_ROWS_MIN = 32;

    private final Backend backend;
    private final Gradients gradients;
    private final TrainedWeights trained;
    private final BoundDecoder bound;
    private final List<ActiveAdapter> adapters;
    private final Dropout dropout;
    private final Recording recording;
    private final Workspace workspace;
    private final Workspace.Buffers changes;
    private final KvBlocks cache;
    private final int rowsMax;
    private final @Nullable Activation cappedLogits;
    private int[] blocks = new int[0];

    private TrainableDecoder(
            DecoderSpec spec,
            Function<String, Tensor> tensors,
            Backend backend,
            Gradients gradients,
            TrainedWeights trained,
            float dropout,
            TrainingLimits limits) {
        this.backend = backend;
        this.gradients = gradients;
        this.trained = trained;
        this.rowsMax = limits.rowsMax();
        this.bound = BoundDecoder.of(spec, tensors, trained.binding());
        this.adapters = trained instanceof TrainedWeights.LowRank lowRank
                ? List.of(new ActiveAdapter(LoraAdapter.of(lowRank.changes()), 1))
                : List.of();
        this.dropout = new Dropout(backend, gradients, dropout, rowsMax);
        this.recording =
                new Recording(backend, gradients, rowsMax, spec.layers().size(), limits.recomputes());
        int logitRows = Math.min(rowsMax, Math.max(LOGITS_MAX / spec.vocab(), LOGIT_ROWS_MIN));
        this.workspace = new Workspace(backend, spec, rowsMax, logitRows);
        this.changes = Workspace.buffers(backend, spec, rowsMax);
        this.cappedLogits =
                spec.head().softCap() > 0 ? backend.allocate(workspace.logits().rows(), spec.vocab()) : null;
        this.cache = backend.allocateBlocks(bound.kvLayout(KvType.F32), rowsMax);
    }

    /// A decoder of which every weight is trained.
    ///
    /// @param tensors gives the tensor of a name that the spec uses; read here and no more
    /// @param gradients of `backend`, which also frees what is allocated here
    /// @throws ModelFormatException if the spec contradicts itself, or a tensor is missing or has another shape
    /// @throws UnsupportedModelException if the spec asks for what the decoder cannot do
    /// @throws dev.lilla.kernel.CapacityException if the memory for it cannot be had
    public static TrainableDecoder full(
            DecoderSpec spec,
            Function<String, Tensor> tensors,
            Backend backend,
            Gradients gradients,
            TrainingLimits limits) {
        return new TrainableDecoder(spec, tensors, backend, gradients, new TrainedWeights.Full(gradients), 0, limits);
    }

    /// A frozen decoder with trained low-rank changes.
    ///
    /// @param tensors gives the tensor of a name that the spec uses; their memory must outlive the decoder
    /// @throws UnsupportedModelException if the setup names a weight that is no linear map of the model
    /// @see #full
    public static TrainableDecoder lora(
            DecoderSpec spec,
            Function<String, Tensor> tensors,
            Backend backend,
            Gradients gradients,
            LoraSetup setup,
            TrainingLimits limits) {
        TrainedWeights trained = new TrainedWeights.LowRank(setup, spec, backend, gradients);
        return new TrainableDecoder(spec, tensors, backend, gradients, trained, setup.dropout(), limits);
    }

    public DecoderSpec spec() {
        return bound.spec();
    }

    /// The most rows of a pass: tokens of all its sequences, less one for each.
    public int rowsMax() {
        return rowsMax;
    }

    /// What is trained, in an order that is the same for every run of the same model.
    public List<Parameter> parameters() {
        return trained.parameters();
    }

    /// The low-rank changes, if these are what is trained; else none.
    public List<LowRankParameters> changes() {
        return trained instanceof TrainedWeights.LowRank lowRank ? lowRank.changes() : List.of();
    }

    /// Sets all gradients to zero.
    public void clearGradients() {
        for (Parameter parameter : parameters()) {
            gradients.clear(parameter.gradient());
        }
    }

    /// The losses of some sequences, none of which sees another.
    ///
    /// @throws IllegalArgumentException if they have more rows together than a pass takes, one is longer than the
    ///     context, or a token is none of the vocabulary
    public LossSum evaluate(List<TrainingSequence> sequences) {
        TrainingPass pass = new TrainingPass(sequences);
        return forward(pass, step(pass), 0, null);
    }

    /// The same, and adds the gradient of `scale` times the sum of the weighted losses to those of the parameters.
    ///
    /// @param seed of what dropout drops
    public LossSum accumulate(List<TrainingSequence> sequences, double scale, long seed) {
        dropout.seed(seed);
        TrainingPass pass = new TrainingPass(sequences);
        Step step = step(pass);
        step = step.withAdapters(step.adapters().withInput(dropout));
        Workspace.Buffers buffers = changes.rows(pass.rows());
        LossSum loss = forward(pass, step, scale, buffers);
        for (int layer = bound.layers().size() - 1; layer >= 0; layer--) {
            if (recording.recomputes()) {
                gradients.copy(recording.kept(layer, Tape.Moment.LAYER_INPUT, pass.rows()), step.buffers().stream());
                bound.layers().get(layer).forward(step.withTape(recording.tape(layer)));
            }
            bound.layers().get(layer).backward(backwardStep(step, buffers, layer));
        }
        @Nullable Activation dTable = trained.gradient(spec().embedding().table());
        if (dTable != null) {
            gradients.embed(pass.inputs(), spec().embedding().scale(), buffers.stream(), dTable);
        }
        return loss;
    }

    private BackwardStep backwardStep(Step step, Workspace.Buffers buffers, int layer) {
        return new BackwardStep(step, gradients, buffers, recording, layer, trained, dropout, workspace);
    }

    private Step step(TrainingPass pass) {
        if (pass.rows() > rowsMax) {
            throw new IllegalArgumentException(
                    "a pass takes at most " + rowsMax + " rows, not " + pass.rows() + ". Make the batch smaller.");
        }
        takeBlocks(pass.blocks());
        Batch batch = pass.batch(blocks, adapters);
        bound.check(batch);
        Step step = bound.step(backend, batch, cache, workspace);
        return gradients.precision() == Precision.F32
                ? step.withAdapters(step.adapters().exact())
                : step;
    }

    private void takeBlocks(int count) {
        int[] taken = Arrays.copyOf(blocks, Math.max(blocks.length, count));
        for (int i = blocks.length; i < taken.length; i++) {
            taken[i] = cache.take();
        }
        blocks = taken;
    }

    /// @param buffers receive the gradient by the last stream; null where none is wanted
    private LossSum forward(TrainingPass pass, Step step, double scale, Workspace.@Nullable Buffers buffers) {
        Activation stream = step.buffers().stream();
        backend.embed(bound.embedding(), pass.inputs(), spec().embedding().scale(), stream);
        for (int layer = 0; layer < bound.layers().size(); layer++) {
            Tape tape = buffers == null ? Tape.NONE : recording.tape(layer);
            bound.layers().get(layer).forward(step.withTape(tape));
        }
        return head(pass, step, scale, buffers);
    }

    /// The final norm, the head and the loss, of the rows that count.
    private LossSum head(TrainingPass pass, Step step, double scale, Workspace.@Nullable Buffers buffers) {
        int count = pass.lossRows().length;
        if (buffers != null) {
            gradients.clear(buffers.stream());
        }
        if (count == 0) {
            return LossSum.ZERO;
        }
        Activation gathered = step.buffers().update().rows(0, count);
        Activation normed = step.buffers().normed().rows(0, count);
        backend.gather(step.buffers().stream(), pass.lossRows(), gathered);
        bound.norm().forward(backend, gathered, normed);
        double[] losses = new double[count];
        int slabRows = workspace.logits().rows();
        for (int from = 0; from < count; from += slabRows) {
            int rows = Math.min(slabRows, count - from);
            Activation logits = workspace.logits().rows(0, rows);
            bound.logits(backend, step.adapters().rows(from, rows), normed.rows(from, rows), logits);
            double[] slabLosses = new double[rows];
            lossAndGradient(logits, pass, from, scale, slabLosses);
            System.arraycopy(slabLosses, 0, losses, from, rows);
            if (buffers != null) {
                Activation dNormed = buffers.normed().rows(from, rows);
                gradients.clear(dNormed);
                backwardStep(step, buffers, 0).linear(bound.head(), normed.rows(from, rows), logits, dNormed);
            }
        }
        if (buffers != null) {
            Activation dGathered = buffers.update().rows(0, count);
            gradients.clear(dGathered);
            bound.norm()
                    .backward(
                            backwardStep(step, buffers, 0),
                            gathered,
                            buffers.normed().rows(0, count),
                            dGathered);
            gradients.scatterAdd(dGathered, pass.lossRows(), buffers.stream());
        }
        return pass.sum(losses);
    }

    /// Turns logits into their gradient.
    private void lossAndGradient(Activation logits, TrainingPass pass, int from, double scale, double[] losses) {
        int rows = logits.rows();
        int[] labels = Arrays.copyOfRange(pass.labels(), from, from + rows);
        float[] weights = new float[rows];
        for (int i = 0; i < rows; i++) {
            // Where no gradient is wanted, any weight gives the loss.
            weights[i] = scale == 0 ? 1 : (float) (scale * pass.weights()[from + i]);
        }
        float cap = spec().head().softCap();
        if (cappedLogits == null) {
            gradients.crossEntropy(logits, labels, weights, losses);
        } else {
            Activation capped = cappedLogits.rows(0, rows);
            gradients.copy(logits, capped);
            gradients.crossEntropy(logits, labels, weights, losses);
            gradients.softCap(capped, cap, logits);
        }
    }

    /// Frees the cache; the rest is freed with the backend.
    @Override
    public void close() {
        cache.close();
    }
}
