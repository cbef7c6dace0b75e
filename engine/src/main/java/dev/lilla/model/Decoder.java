package dev.lilla.model;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A decoder-only transformer: token ids in, logits out.
///
/// One forward for every family; what differs between them is data ([DecoderSpec]). It holds handles of its backend
/// and touches no memory itself. The logits of a token depend on the tokens of its own sequence alone, bit for bit:
/// not on what else is in the batch, nor on how the sequence was cut into steps. One step at a time: not safe for use
/// by several threads.
public final class Decoder {
    /// Rows of a step unless said otherwise: enough for matrix products to be bound by arithmetic, small enough for
    /// the rows of a wide feed-forward block to fit into a second-level cache.
    public static final int ROWS_MAX = 512;

    /// Rows of logits held at a time: 64 MB at 256,000 tokens of vocabulary.
    private static final int LOGIT_ROWS_MAX = 64;

    private final DecoderSpec spec;
    private final Backend backend;
    private final int rowsMax;
    private final BoundDecoder bound;
    private @Nullable Workspace workspace;
    private long steps;

    private Decoder(DecoderSpec spec, Function<String, Tensor> tensors, Backend backend, int rowsMax) {
        this.spec = spec;
        this.backend = backend;
        this.rowsMax = rowsMax;
        this.bound = BoundDecoder.of(spec, tensors, WeightBinding.frozen(backend));
    }

    /// A decoder whose steps have up to [#ROWS_MAX] rows.
    ///
    /// @see #create(DecoderSpec, Function, Backend, int)
    public static Decoder create(DecoderSpec spec, Function<String, Tensor> tensors, Backend backend) {
        return create(spec, tensors, backend, ROWS_MAX);
    }

    /// A decoder on the tensors of a model, which must outlive it.
    ///
    /// @param tensors gives the tensor of a name that the spec uses
    /// @param rowsMax the most tokens of a step
    /// @throws ModelFormatException if the spec contradicts itself, or a tensor is missing or has another shape
    /// @throws UnsupportedModelException if the spec asks for what the decoder cannot do
    public static Decoder create(DecoderSpec spec, Function<String, Tensor> tensors, Backend backend, int rowsMax) {
        if (rowsMax < 1) {
            throw new IllegalArgumentException("a step has at least one row, not " + rowsMax);
        }
        return new Decoder(spec, tensors, backend, rowsMax);
    }

    public DecoderSpec spec() {
        return spec;
    }

    /// The most tokens of a step; longer prompts go through in chunks.
    public int rowsMax() {
        return rowsMax;
    }

    /// What a cache for this model holds.
    public KvLayout kvLayout(KvType type) {
        return bound.kvLayout(type);
    }

    /// Passes a batch through, with its keys and values written to the cache.
    ///
    /// @return the rows its entries want, valid until the next step
    /// @throws IllegalArgumentException if a token id, a position, the number of rows or the cache is out of range
    public Logits forward(Batch batch, KvBlocks cache) {
        return pass(batch, cache, null);
    }

    /// The same, with somebody watching the hidden states.
    public Logits forward(Batch batch, KvBlocks cache, HiddenObserver observer) {
        return pass(batch, cache, observer);
    }

    /// Passes a batch through for its hidden states alone: the head, the largest matrix of a small model, is left out.
    ///
    /// @param observer told of the rows that the entries want, after the final norm, and of the states before
    public void states(Batch batch, KvBlocks cache, HiddenObserver observer) {
        var _ = normed(batch, stream(batch, cache, observer), observer);
    }

    private Logits pass(Batch batch, KvBlocks cache, @Nullable HiddenObserver observer) {
        Normed normed = normed(batch, stream(batch, cache, observer), observer);
        return new Logits(
                this, backend, normed.rows(), normed.adapters().build(backend, workspace()), normed.firstRows());
    }

    private Step stream(Batch batch, KvBlocks cache, @Nullable HiddenObserver observer) {
        check(batch, cache);
        steps++;
        Workspace space = workspace();
        Step step = bound.step(backend, batch, cache, space);
        Activation stream = step.buffers().stream();
        backend.embed(bound.embedding(), batch.ids(), spec.embedding().scale(), stream);
        if (observer != null) {
            observer.embedded(new HiddenRows(backend, stream));
        }
        for (int layer = 0; layer < bound.layers().size(); layer++) {
            bound.layers().get(layer).forward(step);
            if (observer != null) {
                observer.layerDone(layer, new HiddenRows(backend, stream));
            }
        }
        return step;
    }

    /// What enters the head.
    ///
    /// @param rows those that the entries want, one after the other; whatever if there are none
    /// @param firstRows for each batch entry its first row, then the number of rows
    private record Normed(Activation rows, RowAdapters.Builder adapters, int[] firstRows) {}

    private Normed normed(Batch batch, Step step, @Nullable HiddenObserver observer) {
        List<BatchEntry> entries = batch.entries();
        int[] wanted = new int[batch.logitRows()];
        int[] firstRows = new int[entries.size() + 1];
        RowAdapters.Builder adapters = new RowAdapters.Builder();
        int row = 0;
        for (int entry = 0; entry < entries.size(); entry++) {
            int tokens = entries.get(entry).tokens().length;
            int count = entries.get(entry).wanted().count(tokens);
            for (int i = 0; i < count; i++) {
                wanted[firstRows[entry] + i] = row + tokens - count + i;
            }
            adapters.add(count, entries.get(entry).adapters());
            firstRows[entry + 1] = firstRows[entry] + count;
            row += tokens;
        }
        Activation normed = step.buffers().normed();
        if (wanted.length > 0) {
            normed = normed.rows(0, wanted.length);
            backend.gather(step.buffers().stream(), wanted, normed);
            bound.norm().forward(backend, normed, normed);
            if (observer != null) {
                observer.normed(new HiddenRows(backend, normed));
            }
        }
        return new Normed(normed, adapters, firstRows);
    }

    /// Writes the logits of rows that left the final norm to the slab.
    void head(Activation normed, RowAdapters adapters) {
        Activation logits = workspace().logits().rows(0, normed.rows());
        bound.logits(backend, adapters, normed, logits);
    }

    Activation logitSlab() {
        return workspace().logits();
    }

    int logitSlabRows() {
        return workspace().logits().rows();
    }

    /// Steps made so far.
    long steps() {
        return steps;
    }

    private Workspace workspace() {
        if (workspace == null) {
            workspace = new Workspace(backend, spec, rowsMax, LOGIT_ROWS_MAX);
        }
        return workspace;
    }

    private void check(Batch batch, KvBlocks cache) {
        if (batch.tokens() > rowsMax) {
            throw new IllegalArgumentException("a step takes at most " + rowsMax + " tokens, not " + batch.tokens()
                    + ". Pass the prompt in chunks.");
        }
        if (!cache.layout().layers().equals(bound.cacheLayers())) {
            throw new IllegalArgumentException("the cache was made for another model: its layers are "
                    + cache.layout().layers() + ", expected " + bound.cacheLayers());
        }
        bound.check(batch);
    }
}
