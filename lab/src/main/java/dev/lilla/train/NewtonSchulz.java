package dev.lilla.train;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.GradientTerm;
import dev.lilla.kernel.Gradients;
import dev.lilla.kernel.Parameter;
import dev.lilla.tensor.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Brings all singular values of a matrix near to 1 and leaves its singular vectors as they are.
///
/// Five rounds of `X ← aX + (bS + cS²)X` with `S = XXᵀ`, or from the right with `XᵀX` where that is the smaller one.
/// The
/// polynomial `ax + bx³ + cx⁵` has its steepest slope at zero (Jordan et al., 2024): singular values end between 0.7
/// and 1.2, which does for a step, and after five rounds even those that were a thousandth of the largest.
final class NewtonSchulz {
    private static final float A = 3.4445f;
    private static final float B = -4.775f;
    private static final float C = 2.0315f;
    private static final int ROUNDS = 5;

    /// A matrix of zeros stays one.
    private static final double NORM_MIN = 1e-7;

    private final Backend backend;
    private final Gradients gradients;
    private final Map<Shape, Memory> memories = new HashMap<>();

    /// What matrices of a shape are worked on in, as parameters since products take those.
    ///
    /// @param matrix X, and in place of a gradient the X that follows
    /// @param square `bS + cS²`, and in place of a gradient S
    private record Memory(Parameter matrix, Parameter square) {}

    /// @param gradients of `backend`
    NewtonSchulz(Backend backend, Gradients gradients) {
        this.backend = backend;
        this.gradients = gradients;
    }

    /// Takes the memory for matrices of this shape.
    ///
    /// @throws dev.lilla.kernel.CapacityException if there is none
    void prepare(Activation like) {
        memories.computeIfAbsent(Shape.of(like.rows(), like.columns()), shape -> {
            int side = Math.min(like.rows(), like.columns());
            return new Memory(
                    gradients.parameter("step of Muon", shape),
                    gradients.parameter("square of a step of Muon", Shape.of(side, side)));
        });
    }

    /// Where a matrix of this shape is to be put, and is changed in place.
    Activation input(Activation like) {
        return memory(like).matrix().values();
    }

    private Memory memory(Activation like) {
        Memory memory = memories.get(Shape.of(like.rows(), like.columns()));
        if (memory == null) {
            throw new IllegalStateException("nothing is prepared for [" + like.rows() + ", " + like.columns() + "]");
        }
        return memory;
    }

    /// Changes the input of this shape.
    void run(Activation like) {
        Memory memory = memory(like);
        Activation x = memory.matrix().values();
        Activation next = memory.matrix().gradient();
        double norm = Math.max(Math.sqrt(gradients.squares(x)), NORM_MIN);
        gradients.clear(next);
        gradients.addScaled((float) (1 / norm), x, next);
        gradients.copy(next, x);
        boolean isTall = x.rows() > x.columns();
        for (int round = 0; round < ROUNDS; round++) {
            Activation square = memory.square().gradient();
            if (isTall) {
                gradients.clear(square);
                gradients.linearWeight(1, x, x, square);
            } else {
                backend.linear(memory.matrix().weight(), null, x, square);
            }
            Activation polynomial = memory.square().values();
            gradients.clear(polynomial);
            gradients.addScaled(B, square, polynomial);
            gradients.linearWeight(C, square, square, polynomial);
            gradients.clear(next);
            gradients.addScaled(A, x, next);
            gradients.linearInput(
                    List.of(
                            isTall
                                    ? new GradientTerm(memory.square().weight(), x)
                                    : new GradientTerm(memory.matrix().weight(), polynomial)),
                    next);
            gradients.copy(next, x);
        }
    }
}
