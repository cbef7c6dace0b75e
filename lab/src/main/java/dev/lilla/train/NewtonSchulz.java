package dev.lilla.train;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.GradientTerm;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import dev.lilla.tensor.Shape;
import java.util.List;

/// Brings all singular values of a matrix near to 1 and leaves its singular vectors as they are.
///
/// Five rounds of `X ← aX + (bS + cS²)X` with `S = XXᵀ`, or from the right with `XᵀX` where that is
/// the smaller one. The polynomial `ax + bx³ + cx⁵` has its steepest slope at zero (Jordan et al.,
/// 2024): singular values end between 0.7 and 1.2, which does for a step, and after five rounds even
/// those that were a thousandth of the largest.
///
/// One serves all matrices of a shape, one after the other.
final class NewtonSchulz {
    private static final float A = 3.4445f;
    private static final float B = -4.775f;
    private static final float C = 2.0315f;
    private static final int ROUNDS = 5;

    /// A matrix of zeros stays one.
    private static final double NORM_MIN = 1e-7;

    private final Backend backend;
    private final Gradients gradients;
    /// X, and in place of a gradient the X that follows: parameters, since products take those.
    private final Parameter matrix;
    /// `bS + cS²`, and in place of a gradient S.
    private final Parameter square;

    /// @param gradients of `backend`
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for it
    NewtonSchulz(int rows, int columns, Backend backend, Gradients gradients) {
        this.backend = backend;
        this.gradients = gradients;
        int side = Math.min(rows, columns);
        this.matrix = gradients.parameter("step of Muon", Shape.of(rows, columns));
        this.square = gradients.parameter("square of a step of Muon", Shape.of(side, side));
    }

    /// Where a matrix is to be put, and is changed in place.
    Activation input() {
        return matrix.values();
    }

    /// Changes the input.
    void run() {
        Activation x = matrix.values();
        Activation next = matrix.gradient();
        double norm = Math.max(Math.sqrt(gradients.squares(x)), NORM_MIN);
        gradients.clear(next);
        gradients.addScaled((float) (1 / norm), x, next);
        gradients.copy(next, x);
        boolean isTall = x.rows() > x.columns();
        for (int round = 0; round < ROUNDS; round++) {
            Activation squared = square.gradient();
            if (isTall) {
                gradients.clear(squared);
                gradients.linearWeight(1, x, x, squared);
            } else {
                backend.linear(matrix.weight(), null, x, squared);
            }
            Activation polynomial = square.values();
            gradients.clear(polynomial);
            gradients.addScaled(B, squared, polynomial);
            gradients.linearWeight(C, squared, squared, polynomial);
            gradients.clear(next);
            gradients.addScaled(A, x, next);
            GradientTerm product =
                    isTall ? new GradientTerm(square.weight(), x) : new GradientTerm(matrix.weight(), polynomial);
            gradients.linearInput(List.of(product), next);
            gradients.copy(next, x);
        }
    }
}
