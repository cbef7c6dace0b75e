package dev.lilla.kernel;

import org.jspecify.annotations.Nullable;

/// The operations of [Gradients] on host memory, each for a share, as [Kernels] are those of [Backend].
///
/// Operands were checked by the caller. What a share computes depends on its own rows (or columns, where an operation
/// says so) alone, so that results are the same bits for any number of threads.
sealed interface GradientKernels permits ReferenceGradientKernels, MachineCodeGradientKernels {
    /// See [Gradients#linearInput].
    ///
    /// @param share rows of `dx`
    void linearInput(HostWeight weight, HostMatrix dy, HostMatrix dx, Share share);

    /// See [Gradients#linearWeight].
    ///
    /// @param share rows of `dWeight`, columns of `dy`
    void linearWeight(float scale, HostMatrix dy, HostMatrix x, HostMatrix dWeight, Share share);

    /// `sums[0, i] += sum over t of y[t, i]`.
    ///
    /// @param share columns
    void columnSums(HostMatrix y, HostMatrix sums, Share share);

    /// See [Gradients#rmsNorm]; leaves what each row was multiplied by in `rows`.
    ///
    /// @param share rows
    void rmsNorm(HostMatrix x, NormWeights norm, HostMatrix dy, HostMatrix dx, NormedRows rows, Share share);

    /// See [Gradients#layerNorm]; leaves what each row was moved and multiplied by in `rows`.
    ///
    /// @param share rows
    void layerNorm(HostMatrix x, NormWeights norm, HostMatrix dy, HostMatrix dx, NormedRows rows, Share share);

    /// `dWeight[0, i] += sum over t of dy[t, i] * (x[t, i] - mean(t)) * factor(t)`.
    ///
    /// @param share columns
    void normWeight(HostMatrix x, NormedRows rows, HostMatrix dy, HostMatrix dWeight, Share share);

    /// See [Gradients#attend].
    ///
    /// @param share of the tasks `spans * kvHeads`: a span's K/V heads adjacent
    void attend(AttentionGradient step, Share share);

    /// See [Gradients#gate].
    void gate(
            ActivationFunction function,
            HostMatrix gate,
            HostMatrix up,
            HostMatrix dy,
            HostMatrix dGate,
            HostMatrix dUp,
            Share share);

    /// See [Gradients#activate].
    void activate(ActivationFunction function, HostMatrix x, HostMatrix dy, Share share);

    /// See [Gradients#softCap].
    void softCap(HostMatrix y, float cap, HostMatrix dy, Share share);

    /// See [Gradients#crossEntropy].
    void crossEntropy(HostMatrix logits, int[] labels, float[] weights, double[] losses, Share share);

    /// See [Gradients#dropout].
    void dropout(HostMatrix x, float probability, long seed, HostMatrix y, Share share);

    /// See [Gradients#addScaled].
    void addScaled(float scale, HostMatrix x, HostMatrix y, Share share);

    /// `sums[t] = ` the sum of the squares of row `t`.
    void squares(HostMatrix x, double[] sums, Share share);

    /// See [Gradients#adamW].
    void adamW(AdamStep step, HostMatrix values, HostMatrix gradient, HostMatrix first, HostMatrix second, Share share);

    /// Where the rows of a norm lay: what is needed of them for the gradient of its weight.
    ///
    /// @param means one a row; null for a norm that does not move rows
    /// @param factors one a row: the inverse of its deviation
    record NormedRows(double @Nullable [] means, double[] factors) {
        static NormedRows rms(int rows) {
            return new NormedRows(null, new double[rows]);
        }

        static NormedRows layer(int rows) {
            return new NormedRows(new double[rows], new double[rows]);
        }

        double mean(int row) {
            return means == null ? 0 : means[row];
        }
    }
}
