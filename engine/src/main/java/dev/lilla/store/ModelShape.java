package dev.lilla.store;

import dev.lilla.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;

/// The dimensions of a known model: enough to count its parameters and to build one of random weights.
///
/// @param family as `model.family` calls it: `llama`, `qwen2`, `falcon`
/// @param vocab rows of the embedding table, padding included
/// @param context positions the model was made for
/// @param ropeBase theta of the rotary embedding (of the global layers, where there are two)
/// @param tied whether the head is the embedding table
/// @param window keys a token sees in layers with a sliding window; 0 for none
/// @param rotaryShare part of each head that is turned, 1 for all of it
public record ModelShape(
        String family,
        int layers,
        int hidden,
        int ffn,
        int heads,
        int kvHeads,
        int headDim,
        int vocab,
        int context,
        double ropeBase,
        boolean tied,
        int window,
        double rotaryShare) {
    /// Weights that a model has `count` times.
    ///
    /// @param out rows; 0 for a vector of `in` elements
    private record Weights(long count, long out, long in) {
        long parameters() {
            return count * Math.max(out, 1) * in;
        }

        long bytes(ElementType type) {
            ElementType stored = out == 0 ? ElementType.F32 : storedAs(type, in);
            return count * Math.max(out, 1) * stored.byteSize(in);
        }
    }

    /// How many numbers the model consists of; tied weights count once.
    public long parameters() {
        return weights().stream().mapToLong(Weights::parameters).sum();
    }

    /// Bytes of all weights with the matrices stored as `type`, and vectors in f32, as GGUF files have them.
    ///
    /// Rows that are no whole number of blocks of 256 fall back as in llama.cpp; see [#storedAs].
    public long bytes(ElementType type) {
        return weights().stream().mapToLong(weights -> weights.bytes(type)).sum();
    }

    /// Bytes that keys and values of one token take in all layers, at `bytesPerElement`.
    public double cacheBytesPerToken(double bytesPerElement) {
        return 2.0 * layers * kvHeads * headDim * bytesPerElement;
    }

    /// The type a matrix with rows of `columns` elements gets where `wanted` is asked for (llama-quant.cpp).
    public static ElementType storedAs(ElementType wanted, long columns) {
        if (columns % wanted.blockElements() == 0) {
            return wanted;
        }
        ElementType small = switch (wanted) {
            case Q4_K -> ElementType.Q5_0;
            case Q5_K -> ElementType.Q5_1;
            case Q6_K -> ElementType.Q8_0;
            case Q2_K, Q3_K, IQ4_XS -> ElementType.IQ4_NL;
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, IQ4_NL ->
                ElementType.F16;
        };
        return columns % small.blockElements() == 0 ? small : ElementType.F16;
    }

    private List<Weights> weights() {
        long queries = (long) heads * headDim;
        long keys = (long) kvHeads * headDim;
        List<Weights> all = new ArrayList<>();
        all.add(new Weights(tied ? 1 : 2, vocab, hidden));
        all.add(new Weights(normVectors(), 0, hidden));
        all.add(new Weights(layers, queries + 2 * keys, hidden));
        all.add(new Weights(layers, hidden, queries));
        all.add(new Weights((long) layers * (isGated() ? 2 : 1), ffn, hidden));
        all.add(new Weights(layers, hidden, ffn));
        if (hasProjectionBias()) {
            all.add(new Weights(layers, 0, queries + 2 * keys));
        }
        if (hasHeadNorms()) {
            all.add(new Weights(2L * layers, 0, headDim));
        }
        return all;
    }

    /// Vectors of `hidden` elements in all norms; a LayerNorm has two.
    private long normVectors() {
        return switch (family) {
            case "falcon" -> 2L * layers + 2;
            case "gemma2", "gemma3" -> 4L * layers + 1;
            default -> 2L * layers + 1;
        };
    }

    private boolean isGated() {
        return !family.equals("falcon");
    }

    /// Whether queries, keys and values have a bias.
    public boolean hasProjectionBias() {
        return family.equals("qwen") || family.equals("qwen2") || family.equals("chatglm3");
    }

    private boolean hasHeadNorms() {
        return family.equals("qwen3") || family.equals("gemma3");
    }
}
