package dev.lilla.kernel;

import dev.lilla.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A device: it owns weights, activations and cache blocks, and computes on them.
///
/// A decoder holds only the handles and reaches memory through these operations alone. What crosses is token ids in
/// and logits out, so another device fits by implementing this interface. One step at a time: a backend is not safe
/// for use by several threads.
///
/// Every row of a result depends only on the same row of the inputs (and, in attention, on the cached rows of its own
/// sequence), bit for bit: not on the other rows, their number, or the number of threads.
public interface Backend extends AutoCloseable {
    /// What computes, in words, for `lilla doctor` and logs: `vector, 512 bits, 2 threads`.
    String description();

    /// Takes a tensor as a weight. The backend may keep a view: the memory of `tensor` must outlive it.
    Weight weight(Tensor tensor);

    /// The same for the weight of linear maps, `[out, in]`: the backend may keep it in a layout of its
    /// own, in memory of its own, and then reads `tensor` here and no more.
    ///
    /// @throws CapacityException if the memory for it cannot be had
    Weight linearWeight(Tensor tensor);

    /// Takes a vector of numbers as a weight, copied.
    Weight weight(String name, float[] values);

    /// A zeroed matrix `[rows, columns]`, freed with the backend.
    ///
    /// @throws CapacityException if the memory for it cannot be had
    Activation allocate(int rows, int columns);

    /// A pool of `capacity` cache blocks whose memory is taken as blocks are.
    KvBlocks allocateBlocks(KvLayout layout, int capacity);

    /// `out[t, :] = table[tokens[t], :] * scale`.
    void embed(Weight table, int[] tokens, float scale, Activation out);

    /// `y = x · weightᵀ + bias` for every term, with `x [rows, in]`, `weight [out, in]`, `bias [out]` and
    /// `y [rows, out]`: at once, since what is done to `x` and the meeting of all threads cost the same for one and
    /// for many.
    ///
    /// @param prompts rows in order that belong to long prompts: these, and only these, the backend may round
    ///     to bf16 where that is faster
    void linear(List<LinearTerm> terms, Activation x, List<RowRange> prompts);

    /// The same with no row of a prompt.
    default void linear(List<LinearTerm> terms, Activation x) {
        linear(terms, x, List.of());
    }

    /// The same for one.
    default void linear(Weight weight, @Nullable Weight bias, Activation x, Activation y) {
        linear(List.of(new LinearTerm(weight, bias, y)), x);
    }

    /// `y += scale * (x · weightᵀ)`: the two products of a LoRA adapter (Hu et al., arXiv 2106.09685).
    void linearAdd(Weight weight, float scale, Activation x, Activation y);

    /// `y = x / sqrt(mean(x²) + epsilon) * weight`, row by row (Zhang and Sennrich, arXiv 1910.07467); `y` may be `x`.
    void rmsNorm(Activation x, Weight weight, float epsilon, Activation y);

    /// `y = (x - mean(x)) / sqrt(var(x) + epsilon) * weight + bias`, population variance; `y` may be `x`.
    void layerNorm(Activation x, Weight weight, @Nullable Weight bias, float epsilon, Activation y);

    /// [#rmsNorm] of every head on its own, in place, with `weight [headDim]`.
    void headNorm(Heads x, Weight weight, float epsilon);

    /// Turns the heads of row `t` to position `positions[t]`, in place.
    void rotate(Heads x, RotaryFrequencies frequencies, int[] positions);

    /// Multiplies all heads of row `t` by `factors[t]`, in place.
    void scaleRows(Heads x, float[] factors);

    /// Caches keys and values `[rows, kvHeads, headDim]` of one layer at the positions of their spans.
    void store(Heads keys, Heads values, KvBlocks cache, int layer, List<Span> spans);

    /// Softmax attention of `queries` over the cached keys and values of their own sequences, which already hold the
    /// spans' own tokens; query head `h` reads K/V head `h * kvHeads / heads`.
    ///
    /// @param rows whose queries these are
    /// @param out `[rows, heads * headDim]`, heads adjacent
    void attend(Heads queries, KvBlocks cache, int layer, AttentionMask mask, AttentionRows rows, Activation out);

    /// `out = function(gate) * up`, element by element; `out` may be `gate` or `up`.
    void gate(ActivationFunction function, Activation gate, Activation up, Activation out);

    /// `x = function(x)`, element by element.
    void activate(ActivationFunction function, Activation x);

    /// `y += x`.
    void add(Activation x, Activation y);

    /// `x = cap * tanh(x / cap)`, element by element.
    void softCap(Activation x, float cap);

    /// Copies `rows` rows of `x`, chosen by index, into the first rows of `out`.
    void gather(Activation x, int[] rows, Activation out);

    /// Copies a row to the host, into the first `x.columns()` elements of `target`.
    void read(Activation x, int row, float[] target);

    /// Copies a row from the host.
    void write(float[] source, Activation x, int row);

    /// What training needs beside these operations.
    ///
    /// @param precision of products with parameters, and of all products of the backward pass
    Gradients gradients(Precision precision);

    /// Frees everything allocated here. Weights that are views stay their owner's.
    @Override
    void close();
}
