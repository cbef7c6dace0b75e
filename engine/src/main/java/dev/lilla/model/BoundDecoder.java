package dev.lilla.model;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.Span;
import dev.lilla.kernel.Weight;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// A spec with its weights: what the forward and the backward pass go through.
///
/// @param embedding `[vocab, hidden]`
/// @param rotary the embeddings that its layers turn queries and keys by
record BoundDecoder(
        DecoderSpec spec,
        Weight embedding,
        List<LayerBlock> layers,
        BoundNorm norm,
        BoundLinear head,
        RotaryTable rotary) {
    /// @throws ModelFormatException if the spec contradicts itself, or a tensor is missing or has another shape
    /// @throws UnsupportedModelException if the spec asks for what no block can do
    static BoundDecoder of(DecoderSpec spec, Function<String, Tensor> tensors, WeightBinding binding) {
        SpecCheck.check(spec);
        RotaryTable rotary = new RotaryTable();
        BoundWeights weights = new BoundWeights(spec.family(), tensors, binding);
        Weight embedding = weights.weight(spec.embedding().table(), Shape.of(spec.vocab(), spec.hidden()));
        List<LayerBlock> layers = new ArrayList<>();
        for (int layer = 0; layer < spec.layers().size(); layer++) {
            layers.add(LayerBlock.of(spec.layers().get(layer), layer, spec.hidden(), weights, rotary));
        }
        return new BoundDecoder(
                spec,
                embedding,
                List.copyOf(layers),
                weights.norm(spec.norm(), spec.hidden()),
                weights.linear(spec.head().weight()),
                rotary);
    }

    /// What each layer takes in a cache.
    List<KvLayout.Layer> cacheLayers() {
        return layers.stream().map(layer -> layer.attention().cacheLayer()).toList();
    }

    KvLayout kvLayout(KvType type) {
        return new KvLayout(type, cacheLayers());
    }

    /// `logits = cap(normed · headᵀ)`.
    void logits(Backend backend, RowAdapters adapters, Activation normed, Activation logits) {
        adapters.linear(head, normed, logits);
        if (spec.head().softCap() > 0) {
            backend.softCap(logits, spec.head().softCap());
        }
    }

    /// What the blocks need to know of a pass of `batch`.
    Step step(Backend backend, Batch batch, KvBlocks cache, Workspace space) {
        RowAdapters.Builder adapters = new RowAdapters.Builder();
        List<Span> spans = new ArrayList<>(batch.entries().size());
        int[] positions = new int[batch.tokens()];
        int row = 0;
        for (BatchEntry entry : batch.entries()) {
            int tokens = entry.tokens().length;
            spans.add(new Span(row, tokens, entry.position(), entry.blocks()));
            adapters.addTokens(tokens, entry.adapters());
            for (int i = 0; i < tokens; i++) {
                positions[row + i] = entry.position() + i;
            }
            row += tokens;
        }
        return new Step(
                backend,
                cache,
                space.rows(row),
                adapters.build(backend, space),
                List.copyOf(spans),
                rotary.runs(batch),
                positions,
                Tape.NONE);
    }

    /// @throws IllegalArgumentException if a token or a position of the batch is none of this model's
    void check(Batch batch) {
        for (BatchEntry entry : batch.entries()) {
            long end = (long) entry.position() + entry.tokens().length;
            if (end > spec.contextLength()) {
                throw new IllegalArgumentException(
                        "position " + (end - 1) + " is beyond the context of " + spec.contextLength()
                                + " tokens that this model was made for. Shorten the text, or allow more with --context.");
            }
            for (int token : entry.tokens()) {
                if (token < 0 || token >= spec.vocab()) {
                    throw new IllegalArgumentException(
                            "no token " + token + ": this model has ids 0 to " + (spec.vocab() - 1));
                }
            }
        }
    }
}
