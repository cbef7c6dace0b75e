package dev.lilla.model.family;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.model.Attention;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.FeedForward;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.Linear;
import dev.lilla.model.Norm;
import dev.lilla.model.Projection;
import dev.lilla.model.Projection.HeadLayout;
import dev.lilla.model.RotaryEmbedding;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/// Builds decoders of Llama's shape: RMS norm, attention, RMS norm, gated feed-forward block, in sequence.
///
/// What a family does otherwise it says with one call; tensors are named as in GGUF.
final class DecoderBuilder {
    private static final String EMBEDDING = "token_embd.weight";
    private static final String HEAD = "output";

    private final ModelSource source;
    private final Dimensions dimensions;
    private IntFunction<Optional<RotaryEmbedding>> rotary = layer -> Optional.empty();
    private IntFunction<AttentionMask> mask;
    private BiFunction<String, ModelSource, Projection> projection = DecoderBuilder::splitProjection;
    private UnaryOperator<Attention> attentionChange = attention -> attention;
    private boolean fusedGate;
    private boolean gateSecond;
    private ActivationFunction function = ActivationFunction.SILU;
    private boolean headNorms;
    private boolean postNorms;
    private float embeddingScale = 1;
    private float logitCap;
    private boolean tied;

    DecoderBuilder(ModelSource source) {
        this.source = source;
        this.dimensions = source.dimensions();
        AttentionMask plain = mask(source.window(OptionalInt.empty()));
        this.mask = layer -> plain;
        this.tied = !source.has(HEAD + ".weight");
    }

    /// A mask with the usual scale, `1 / sqrt(headDim)`.
    AttentionMask mask(int window) {
        return new AttentionMask((float) (1 / Math.sqrt(dimensions.headDim())), window, 0);
    }

    /// The same rotation in all layers.
    DecoderBuilder rotary(RotaryEmbedding embedding) {
        return rotary(layer -> Optional.of(embedding));
    }

    DecoderBuilder rotary(IntFunction<Optional<RotaryEmbedding>> byLayer) {
        this.rotary = byLayer;
        return this;
    }

    DecoderBuilder masks(IntFunction<AttentionMask> byLayer) {
        this.mask = byLayer;
        return this;
    }

    DecoderBuilder projection(BiFunction<String, ModelSource, Projection> byPrefix) {
        this.projection = byPrefix;
        return this;
    }

    /// Gate and other half are one matrix `ffn_up` `[2 * ffn, hidden]`.
    DecoderBuilder fusedGate(GebLayout.Halves halves) {
        this.fusedGate = true;
        this.gateSecond = halves == GebLayout.Halves.UP_GATE;
        return this;
    }

    DecoderBuilder function(ActivationFunction changed) {
        this.function = changed;
        return this;
    }

    /// Norms of every query and key head.
    DecoderBuilder headNorms() {
        this.headNorms = true;
        return this;
    }

    /// Norms behind both halves of a layer.
    DecoderBuilder postNorms() {
        this.postNorms = true;
        return this;
    }

    DecoderBuilder embeddingScale(double scale) {
        this.embeddingScale = (float) scale;
        return this;
    }

    /// Limits the logits; 0 for not at all.
    DecoderBuilder logitCap(double cap) {
        this.logitCap = (float) cap;
        return this;
    }

    DecoderBuilder attention(UnaryOperator<Attention> change) {
        this.attentionChange = change;
        return this;
    }

    /// The head is the embedding table, whatever else the checkpoint holds. Without this call that is so where it
    /// holds no head.
    DecoderBuilder tied(Optional<Boolean> configured) {
        this.tied = configured.orElse(tied);
        return this;
    }

    DecoderSpec build(Family family) {
        int hidden = dimensions.hidden();
        Linear head = tied
                ? Linear.of(EMBEDDING, hidden, dimensions.vocab())
                : source.linear(HEAD, dimensions.vocab(), hidden);
        return new DecoderSpec(
                family.name(),
                hidden,
                dimensions.vocab(),
                source.contextLength(),
                new DecoderSpec.Embedding(EMBEDDING, embeddingScale),
                IntStream.range(0, dimensions.layers()).mapToObj(this::layer).toList(),
                norm("output_norm"),
                new DecoderSpec.Head(head, logitCap));
    }

    private LayerSpec layer(int layer) {
        String prefix = "blk." + layer + ".";
        Attention attention = new Attention(
                norm(prefix + "attn_norm"),
                projection.apply(prefix, source),
                headNorms
                        ? Optional.of(
                                new Attention.HeadNorms(norm(prefix + "attn_q_norm"), norm(prefix + "attn_k_norm")))
                        : Optional.empty(),
                rotary.apply(layer),
                OptionalInt.empty(),
                mask.apply(layer),
                source.linear(prefix + "attn_output", dimensions.hidden(), dimensions.queryWidth()),
                postNorm(prefix + "post_attention_norm"));
        return new LayerSpec(attentionChange.apply(attention), feedForward(prefix), LayerSpec.Order.SEQUENTIAL);
    }

    private FeedForward feedForward(String prefix) {
        int hidden = dimensions.hidden();
        int ffn = dimensions.ffn();
        List<Linear> parts = fusedGate
                ? List.of(source.linear(prefix + "ffn_up", 2 * ffn, hidden))
                : List.of(
                        source.linear(prefix + "ffn_gate", ffn, hidden), source.linear(prefix + "ffn_up", ffn, hidden));
        return new FeedForward.Gated(
                norm(prefix + "ffn_norm"),
                parts,
                gateSecond ? ffn : 0,
                gateSecond ? 0 : ffn,
                ffn,
                function,
                source.linear(prefix + "ffn_down", hidden, ffn),
                postNorm(prefix + "post_ffw_norm"));
    }

    private Norm norm(String name) {
        return Norm.rms(name + ".weight", dimensions.epsilon());
    }

    private Optional<Norm> postNorm(String name) {
        return postNorms ? Optional.of(norm(name)) : Optional.empty();
    }

    /// Three matrices.
    static Projection splitProjection(String prefix, ModelSource source) {
        Dimensions d = source.dimensions();
        return new Projection(
                List.of(
                        source.linear(prefix + "attn_q", d.queryWidth(), d.hidden()),
                        source.linear(prefix + "attn_k", d.kvWidth(), d.hidden()),
                        source.linear(prefix + "attn_v", d.kvWidth(), d.hidden())),
                HeadLayout.adjacent(0, d.heads(), d.headDim()),
                HeadLayout.adjacent(d.queryWidth(), d.kvHeads(), d.headDim()),
                HeadLayout.adjacent(d.queryWidth() + d.kvWidth(), d.kvHeads(), d.headDim()));
    }

    /// One matrix: all queries, all keys, all values.
    static Projection fusedProjection(String prefix, ModelSource source) {
        Dimensions d = source.dimensions();
        return new Projection(
                List.of(source.linear(prefix + "attn_qkv", d.qkvWidth(), d.hidden())),
                HeadLayout.adjacent(0, d.heads(), d.headDim()),
                HeadLayout.adjacent(d.queryWidth(), d.kvHeads(), d.headDim()),
                HeadLayout.adjacent(d.queryWidth() + d.kvWidth(), d.kvHeads(), d.headDim()));
    }
}
