package dev.lilla.model.family;

import dev.lilla.format.UnsupportedModelException;
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
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
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
    private IntUnaryOperator window;
    private float attentionScale;
    private float scoreCap;
    private Function<String, Norm> norm;
    private IntFunction<LayerSpec> layer = this::layer;
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
        int limited = source.window(OptionalInt.empty());
        this.window = layer -> limited;
        this.attentionScale = (float) (1 / Math.sqrt(dimensions.headDim()));
        this.norm = name -> Norm.rms(name + ".weight", dimensions.epsilon());
        this.tied = !source.has(HEAD + ".weight");
    }

    /// The same rotation in all layers.
    DecoderBuilder rotary(RotaryEmbedding embedding) {
        return rotary(layer -> Optional.of(embedding));
    }

    DecoderBuilder rotary(IntFunction<Optional<RotaryEmbedding>> byLayer) {
        this.rotary = byLayer;
        return this;
    }

    /// The same window in all layers.
    DecoderBuilder window(OptionalInt configured) {
        return window(configured, layer -> true);
    }

    /// A window in the layers that `sliding` names, unless the user says otherwise.
    DecoderBuilder window(OptionalInt configured, IntPredicate sliding) {
        int limited = source.window(configured);
        this.window = layer -> sliding.test(layer) ? limited : Integer.MAX_VALUE;
        return this;
    }

    /// The factor on the scores instead of `1 / sqrt(headDim)`.
    DecoderBuilder attentionScale(double scale) {
        this.attentionScale = (float) scale;
        return this;
    }

    /// Limits the scores; 0 for not at all.
    DecoderBuilder scoreCap(double cap) {
        this.scoreCap = (float) cap;
        return this;
    }

    /// What makes a norm of the stream out of its name; RMS norms unless said otherwise.
    DecoderBuilder norms(Function<String, Norm> byName) {
        this.norm = byName;
        return this;
    }

    /// Layers of another shape, made of their number.
    DecoderBuilder layers(IntFunction<LayerSpec> byNumber) {
        this.layer = byNumber;
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

    /// @throws UnsupportedModelException if config.json names another function than this decoder was given
    DecoderSpec build(Family family) {
        if (function == ActivationFunction.SILU && source.config() instanceof HuggingFaceConfig config) {
            refuseOtherFunction(config);
        }
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
                IntStream.range(0, dimensions.layers()).mapToObj(layer).toList(),
                norm.apply("output_norm"),
                new DecoderSpec.Head(head, logitCap));
    }

    private static void refuseOtherFunction(HuggingFaceConfig config) {
        String named = config.findText("hidden_act").orElse("silu");
        if (!List.of("silu", "swish").contains(named)) {
            throw new UnsupportedModelException(
                    config.file() + ": hidden_act " + named + " is not supported for this family. Supported: silu.");
        }
    }

    private LayerSpec layer(int number) {
        String prefix = "blk." + number + ".";
        Attention attention = new Attention(
                norm.apply(prefix + "attn_norm"),
                projection.apply(prefix, source),
                headNorms
                        ? Optional.of(new Attention.HeadNorms(
                                norm.apply(prefix + "attn_q_norm"), norm.apply(prefix + "attn_k_norm")))
                        : Optional.empty(),
                rotary.apply(number),
                OptionalInt.empty(),
                mask(number),
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
                norm.apply(prefix + "ffn_norm"),
                parts,
                gateSecond ? ffn : 0,
                gateSecond ? 0 : ffn,
                ffn,
                function,
                source.linear(prefix + "ffn_down", hidden, ffn),
                postNorm(prefix + "post_ffw_norm"));
    }

    AttentionMask mask(int number) {
        return new AttentionMask(attentionScale, window.applyAsInt(number), scoreCap);
    }

    private Optional<Norm> postNorm(String name) {
        return postNorms ? Optional.of(norm.apply(name)) : Optional.empty();
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
