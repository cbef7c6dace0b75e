package dev.lilla.model;

import dev.lilla.kernel.ActivationFunction;
import dev.lilla.kernel.AttentionMask;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.Projection.HeadLayout;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// Real decoders on made-up weights, for tests of what happens around a model: their logits are known beforehand.
public final class UniformModel {
    /// The logit of the token that [#successor] expects; all others are 0.
    public static final float CERTAIN = 20;

    private UniformModel() {}

    /// Every token is as likely as any other, after every text.
    public static Decoder uniform(Backend backend, int vocab, int contextLength) {
        return Decoder.create(spec(vocab, contextLength), weights(vocab, 0), backend);
    }

    /// After token `t`, whatever came before, token `t + 1` is near certain, and 0 after the last.
    public static Decoder successor(Backend backend, int vocab, int contextLength) {
        return Decoder.create(spec(vocab, contextLength), weights(vocab, CERTAIN), backend);
    }

    /// One layer that adds nothing, on a stream as wide as the vocabulary.
    private static DecoderSpec spec(int vocab, int contextLength) {
        Attention attention = new Attention(
                Norm.rms("norm", 1e-6f),
                new Projection(
                        List.of(Linear.of("qkv", vocab, 24)),
                        HeadLayout.adjacent(0, 1, 8),
                        HeadLayout.adjacent(8, 1, 8),
                        HeadLayout.adjacent(16, 1, 8)),
                Optional.empty(),
                Optional.of(new RotaryEmbedding(RotaryStyle.HALF_SPLIT, 8, 10_000, new RotaryScaling.None())),
                OptionalInt.empty(),
                new AttentionMask(1, Integer.MAX_VALUE, 0),
                Linear.of("attention_out", 8, vocab),
                Optional.empty());
        FeedForward feedForward = new FeedForward.Plain(
                Norm.rms("norm", 1e-6f),
                Linear.of("up", vocab, 8),
                ActivationFunction.SILU,
                Linear.of("down", 8, vocab),
                Optional.empty());
        return new DecoderSpec(
                "uniform",
                vocab,
                vocab,
                contextLength,
                new DecoderSpec.Embedding("embedding", 1),
                List.of(new LayerSpec(attention, feedForward, LayerSpec.Order.SEQUENTIAL)),
                Norm.rms("norm", 1e-6f),
                new DecoderSpec.Head(Linear.of("head", vocab, vocab), 0));
    }

    /// A token's embedding is 1 in its own column, which the norm makes `sqrt(vocab)`.
    private static Function<String, Tensor> weights(int vocab, float certain) {
        return name -> switch (name) {
            case "norm" -> RandomWeights.tensor(name, Shape.of(vocab), filled(vocab, 1));
            case "qkv" -> zeros(name, 24, vocab);
            case "up" -> zeros(name, 8, vocab);
            case "attention_out", "down" -> zeros(name, vocab, 8);
            case "embedding" -> RandomWeights.tensor(name, Shape.of(vocab, vocab), shifted(vocab, 0, 1));
            case "head" ->
                RandomWeights.tensor(
                        name, Shape.of(vocab, vocab), shifted(vocab, 1, (float) (certain / Math.sqrt(vocab))));
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Tensor zeros(String name, int rows, int columns) {
        return RandomWeights.tensor(name, Shape.of(rows, columns), new float[rows * columns]);
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    /// `value` where the row is `by` more than the column, around the end.
    private static float[] shifted(int size, int by, float value) {
        float[] values = new float[size * size];
        for (int column = 0; column < size; column++) {
            values[(column + by) % size * size + column] = value;
        }
        return values;
    }
}
