package dev.lilla.kernel;

import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.tensor.ElementType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The numeric operations on host memory, each for a share of its rows, so that a pool can cut the work.
///
/// Operands were checked by the caller: shapes agree, memory is alive and off-heap. An implementation has no state
/// of its own and serves any number of threads. An output depends on its own inputs alone, bit for bit: not on the
/// share it is computed in, nor on other rows.
sealed interface Kernels permits ReferenceKernels, VectorKernels, MachineCodeKernels, CheckedKernels {
    /// What computes, in words: `vector, 512 bits`.
    String description();

    /// What serves which operation, for people.
    default List<KernelUse> uses() {
        return List.of(new KernelUse("everything", description() + ", weights as stored, f32 activations"));
    }

    /// What is wrong with operations on this machine, one sentence each; tries them all.
    default List<String> failures() {
        return List.of();
    }

    /// The panels in which these kernels read weights of a type, or empty if they read them as stored.
    default Optional<PanelLayout> packing(ElementType type) {
        return Optional.empty();
    }

    /// How rows of long prompts are encoded to meet panels: as others, or in a way that rounds more. It does not
    /// depend on the number of rows.
    default RowEncoding promptEncoding(PanelLayout layout) {
        return layout.encoding();
    }

    /// Whether rows of long prompts are encoded in a way of their own.
    default boolean roundsPrompts() {
        return false;
    }

    /// What multiplies whole matrices for training, or empty if these kernels have nothing for it.
    default Optional<MatrixKernels> matrixKernels() {
        return Optional.empty();
    }

    /// The derivatives of these operations.
    default GradientKernels gradients() {
        return new ReferenceGradientKernels();
    }

    /// Lays out panels `share.from()` to `share.to()` of `weight`.
    ///
    /// @param target its memory is zeroed
    default void pack(HostWeight weight, PackedWeight target, Share share) {
        PanelPacker packer = new PanelPacker(weight);
        for (int panel = share.from(); panel < share.to(); panel++) {
            packer.pack(panel, target.data());
        }
    }

    /// Encodes rows of `x` for products with panels.
    ///
    /// @param share of the tiles of `target`
    default void encode(HostMatrix x, EncodedRows target, Share share) {
        throw new IllegalArgumentException(description() + " kernels read rows as they are");
    }

    /// `y[t, r] = sum_k x[t, k] * weight[r, k] + bias[r]` for all rows `t` of `x`.
    ///
    /// @param share rows of `weight`, columns of `y`
    void matmul(HostWeight weight, @Nullable HostWeight bias, LinearInput x, HostMatrix y, Share share);

    /// `y[t, r] += scale * sum_k x[t, k] * weight[r, k]` for all rows `t` of `x`.
    ///
    /// @param share rows of `weight`, columns of `y`
    void matmulAdd(HostWeight weight, float scale, LinearInput x, HostMatrix y, Share share);

    /// See [Backend#rmsNorm].
    void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share);

    /// See [Backend#headNorm].
    default void headNorm(Heads x, NormWeights norm, Share share) {
        HostMatrix data = (HostMatrix) x.data();
        for (int head = 0; head < x.heads(); head++) {
            HostMatrix part = data.columns(x.offset() + head * x.stride(), x.headDim());
            rmsNorm(part, norm, part, share);
        }
    }

    /// See [Backend#layerNorm].
    void layerNorm(HostMatrix x, NormWeights norm, HostMatrix y, Share share);

    /// See [Backend#rotate].
    void rotate(Heads x, RotaryAngles angles, Share share);

    /// See [Backend#store].
    ///
    /// @param share of the step's rows
    void store(CacheStep step, Share share);

    /// See [Backend#attend].
    ///
    /// @param share of the step's tasks: all splits of a tile adjacent
    void attend(AttentionStep step, Share share);

    /// Merges what the tasks of a tile left, if the step has several for each; after [#attend] of all of them.
    ///
    /// @param share of the step's tiles
    void merge(AttentionStep step, Share share);

    /// See [Backend#gate].
    void gate(ActivationFunction function, HostMatrix gate, HostMatrix up, HostMatrix out, Share share);

    /// See [Backend#activate].
    void activate(ActivationFunction function, HostMatrix x, Share share);

    /// `y += x`.
    void add(HostMatrix x, HostMatrix y, Share share);

    /// `x = cap * tanh(x / cap)`.
    void softCap(HostMatrix x, float cap, Share share);

    /// The span that row `row` belongs to, or null for a row of no sequence.
    static @Nullable Span spanOf(List<Span> spans, int row) {
        for (Span span : spans) {
            if (row >= span.row() && row < span.row() + span.count()) {
                return span;
            }
        }
        return null;
    }
}
