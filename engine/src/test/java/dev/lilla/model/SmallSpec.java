package dev.lilla.model;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.Projection.HeadLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.random.RandomGeneratorFactory;

/// A spec of a tiny model whose switches are set one by one: a Llama of three layers unless said otherwise.
final class SmallSpec {
    static final int HIDDEN = 24;
    static final int VOCAB = 41;
    static final int HEADS = 4;
    static final int KV_HEADS = 2;
    static final int HEAD_DIM = 8;
    static final int FFN = 20;
    static final int LAYERS = 3;
    static final float EPSILON = 1e-5f;

    /// How queries, keys and values are stored.
    enum Heads {
        SPLIT,
        FUSED,
        /// Keys and values of one head beside each other (GEB).
        INTERLEAVED
    }

    /// How the feed-forward block is stored.
    enum Expansion {
        GATED_SPLIT,
        GATED_FUSED,
        /// The other order in one matrix.
        UP_BEFORE_GATE,
        PLAIN
    }

    Norm.Kind norm = Norm.Kind.RMS;
    Heads heads = Heads.SPLIT;
    boolean biases;
    Optional<RotaryEmbedding> rotary = rotary(RotaryStyle.HALF_SPLIT, HEAD_DIM);
    int window = Integer.MAX_VALUE;
    float scoreCap;
    float logitCap;
    LayerSpec.Order order = LayerSpec.Order.SEQUENTIAL;
    boolean sharedNorm;
    Expansion expansion = Expansion.GATED_SPLIT;
    ActivationFunction function = ActivationFunction.SILU;
    boolean headNorms;
    boolean postNorms;
    OptionalInt logn = OptionalInt.empty();
    boolean tied;
    float embeddingScale = 1;
    int contextLength = 512;

    /// The spec with some switches set.
    static DecoderSpec with(Consumer<SmallSpec> change) {
        SmallSpec small = new SmallSpec();
        change.accept(small);
        return small.build();
    }

    /// Random tokens of its vocabulary.
    static int[] tokens(int count, long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom")
                .create(seed)
                .ints(count, 0, VOCAB)
                .toArray();
    }

    static Optional<RotaryEmbedding> rotary(RotaryStyle style, int dim) {
        return Optional.of(new RotaryEmbedding(style, dim, 10_000, new RotaryScaling.None()));
    }

    DecoderSpec build() {
        List<LayerSpec> layers = new ArrayList<>();
        for (int layer = 0; layer < LAYERS; layer++) {
            layers.add(new LayerSpec(attention(layer), feedForward(layer), order));
        }
        Linear head = Linear.of(tied ? "token_embd.weight" : "output.weight", HIDDEN, VOCAB);
        return new DecoderSpec(
                "small",
                HIDDEN,
                VOCAB,
                contextLength,
                new DecoderSpec.Embedding("token_embd.weight", embeddingScale),
                layers,
                norm("output_norm"),
                new DecoderSpec.Head(head, logitCap));
    }

    private Attention attention(int layer) {
        String prefix = "blk." + layer + ".";
        int queryWidth = HEADS * HEAD_DIM;
        int keyWidth = KV_HEADS * HEAD_DIM;
        HeadLayout query = HeadLayout.adjacent(0, HEADS, HEAD_DIM);
        Projection projection = switch (heads) {
            case SPLIT ->
                new Projection(
                        List.of(
                                linear(prefix + "attn_q", HIDDEN, queryWidth),
                                linear(prefix + "attn_k", HIDDEN, keyWidth),
                                linear(prefix + "attn_v", HIDDEN, keyWidth)),
                        query,
                        HeadLayout.adjacent(queryWidth, KV_HEADS, HEAD_DIM),
                        HeadLayout.adjacent(queryWidth + keyWidth, KV_HEADS, HEAD_DIM));
            case FUSED ->
                new Projection(
                        List.of(linear(prefix + "attn_qkv", HIDDEN, queryWidth + 2 * keyWidth)),
                        query,
                        HeadLayout.adjacent(queryWidth, KV_HEADS, HEAD_DIM),
                        HeadLayout.adjacent(queryWidth + keyWidth, KV_HEADS, HEAD_DIM));
            case INTERLEAVED ->
                new Projection(
                        List.of(
                                linear(prefix + "attn_q", HIDDEN, queryWidth),
                                linear(prefix + "attn_kv", HIDDEN, 2 * keyWidth)),
                        query,
                        new HeadLayout(queryWidth, KV_HEADS, HEAD_DIM, 2 * HEAD_DIM),
                        new HeadLayout(queryWidth + HEAD_DIM, KV_HEADS, HEAD_DIM, 2 * HEAD_DIM));
        };
        return new Attention(
                norm(prefix + "attn_norm"),
                projection,
                headNorms
                        ? Optional.of(new Attention.HeadNorms(
                                Norm.rms(prefix + "attn_q_norm.weight", EPSILON),
                                Norm.rms(prefix + "attn_k_norm.weight", EPSILON)))
                        : Optional.empty(),
                rotary,
                logn,
                new AttentionMask((float) (1 / Math.sqrt(HEAD_DIM)), window, scoreCap),
                linear(prefix + "attn_output", queryWidth, HIDDEN),
                postNorms ? Optional.of(norm(prefix + "post_attention_norm")) : Optional.empty());
    }

    private FeedForward feedForward(int layer) {
        String prefix = "blk." + layer + ".";
        Norm first = norm(prefix + (sharedNorm ? "attn_norm" : "ffn_norm"));
        Optional<Norm> post = postNorms ? Optional.of(norm(prefix + "post_ffw_norm")) : Optional.empty();
        Linear down = linear(prefix + "ffn_down", FFN, HIDDEN);
        Linear both = linear(prefix + "ffn_up", HIDDEN, 2 * FFN);
        return switch (expansion) {
            case GATED_SPLIT ->
                new FeedForward.Gated(
                        first,
                        List.of(linear(prefix + "ffn_gate", HIDDEN, FFN), linear(prefix + "ffn_up", HIDDEN, FFN)),
                        0,
                        FFN,
                        FFN,
                        function,
                        down,
                        post);
            case GATED_FUSED -> new FeedForward.Gated(first, List.of(both), 0, FFN, FFN, function, down, post);
            case UP_BEFORE_GATE -> new FeedForward.Gated(first, List.of(both), FFN, 0, FFN, function, down, post);
            case PLAIN -> new FeedForward.Plain(first, linear(prefix + "ffn_up", HIDDEN, FFN), function, down, post);
        };
    }

    private Linear linear(String name, int in, int out) {
        Linear map = Linear.of(name + ".weight", in, out);
        return biases ? map.withBias(name + ".bias") : map;
    }

    private Norm norm(String name) {
        return switch (norm) {
            case RMS -> Norm.rms(name + ".weight", EPSILON);
            case LAYER -> new Norm(norm, name + ".weight", Optional.of(name + ".bias"), EPSILON);
        };
    }
}
