package dev.lilla.kernel;

import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What training asks of a device beside [Backend]: weights that change, the derivative of every operation, the loss,
/// and the step of the optimizer.
///
/// `dx` is the gradient of the loss by `x`. Operations add to the gradients they yield unless they say otherwise, since
/// a value that is used twice has the sum of two gradients. Results do not depend on the number of threads: a run can
/// be repeated bit for bit.
public interface Gradients {
    /// How products round what they multiply.
    Precision precision();

    /// A parameter of zeros.
    ///
    /// @throws CapacityException if the memory for it cannot be had
    Parameter parameter(String name, Shape shape);

    /// A parameter that begins as a tensor, unpacked to f32.
    ///
    /// @throws CapacityException if the memory for it cannot be had
    Parameter parameter(Tensor initial);

    /// The matrix of a linear map that stays as it is, for the passes of training alone: nothing is kept beside what is
    /// stored. Products with it may be rounded like those with parameters.
    Weight frozen(Tensor tensor);

    /// `dx += sum over terms of dy · weight`, with `weight [out, in]`, `dy [rows, out]` and `dx [rows, in]`.
    void linearInput(List<GradientTerm> terms, Activation dx);

    /// `dWeight += scale * dyᵀ · x`, with `dy [rows, out]`, `x [rows, in]` and `dWeight [out, in]`.
    void linearWeight(float scale, Activation dy, Activation x, Activation dWeight);

    /// `dBias += ` the sum of the rows of `dy`, with `dBias [1, out]`.
    void linearBias(Activation dy, Activation dBias);

    /// Backward of [Backend#embed]: `dTable[tokens[t], :] += scale * dy[t, :]`.
    void embed(int[] tokens, float scale, Activation dy, Activation dTable);

    /// Backward of [Backend#rmsNorm].
    ///
    /// @param dWeight `[1, columns]`, or null if the weight is not trained
    void rmsNorm(
            Activation x, Weight weight, float epsilon, Activation dy, Activation dx, @Nullable Activation dWeight);

    /// Backward of [Backend#layerNorm].
    ///
    /// @param dWeight `[1, columns]`, or null if the weight is not trained
    /// @param dBias `[1, columns]`, or null if there is none, or it is not trained
    void layerNorm(
            Activation x,
            Weight weight,
            float epsilon,
            Activation dy,
            Activation dx,
            @Nullable Activation dWeight,
            @Nullable Activation dBias);

    /// Backward of [Backend#headNorm], in place.
    ///
    /// @param x as it was before the norm
    /// @param dy becomes `dx`
    /// @param dWeight `[1, headDim]`, or null if the weight is not trained
    void headNorm(Heads x, Weight weight, float epsilon, Heads dy, @Nullable Activation dWeight);

    /// Backward of [Backend#attend] over whole sequences. Overwrites the gradients it yields.
    void attend(AttentionGradient step);

    /// Backward of [Backend#gate]. Overwrites the gradients it yields; `dGate` may be `dy`.
    void gate(
            ActivationFunction function,
            Activation gate,
            Activation up,
            Activation dy,
            Activation dGate,
            Activation dUp);

    /// Backward of [Backend#activate], in place.
    ///
    /// @param x as it was before the function
    /// @param dy becomes `dx`
    void activate(ActivationFunction function, Activation x, Activation dy);

    /// Backward of [Backend#softCap], in place.
    ///
    /// @param y the capped values
    /// @param dy becomes `dx`
    void softCap(Activation y, float cap, Activation dy);

    /// Softmax cross entropy of every row against its label, and its gradient in place of the logits.
    ///
    /// @param logits `[rows, vocab]`; row `t` becomes `weights[t] * (softmax(logits[t]) - onehot(labels[t]))`
    /// @param labels one a row, within the vocabulary
    /// @param weights one a row; 0 leaves the row out
    /// @param losses receives the unweighted loss of each row in nats; 0 for rows left out
    void crossEntropy(Activation logits, int[] labels, float[] weights, double[] losses);

    /// `y = x` with each element set to zero at random with `probability`, the others divided by `1 - probability`
    /// (Srivastava et al., 2014). Which are kept depends on the seed and the place in the matrix alone, so that the
    /// backward pass is the same operation on `dy`.
    void dropout(Activation x, float probability, long seed, Activation y);

    /// `y += scale * x`; `y` may be `x`.
    void addScaled(float scale, Activation x, Activation y);

    /// Copies `x` into `y`.
    void copy(Activation x, Activation y);

    /// Sets all to zero.
    void clear(Activation x);

    /// The sum of all squares, in double.
    double squares(Activation x);

    /// Backward of [Backend#gather]: `dx[rows[t], :] += dy[t, :]`.
    ///
    /// @param rows without repeats
    void scatterAdd(Activation dy, int[] rows, Activation dx);

    /// One step of AdamW on values whose moments are `first` and `second`.
    void adamW(AdamStep step, Parameter parameter, Activation first, Activation second);
}
