package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.DynamicNode;

/// The errors that [VectorMath] states, on random arguments and the corners.
final class VectorMathContract {
    private VectorMathContract() {}

    static Stream<DynamicNode> tests() {
        return Stream.of(
                dynamicTest("exp is within 2 units in the last place", () -> check(VectorMath::exp, Math::exp, 104, 2)),
                dynamicTest("exp knows its limits", () -> {
                    assertThat(one(VectorMath::exp, Float.NEGATIVE_INFINITY)).isZero();
                    assertThat(one(VectorMath::exp, -1000)).isZero();
                    assertThat(one(VectorMath::exp, 1000)).isEqualTo(Float.POSITIVE_INFINITY);
                    assertThat(one(VectorMath::exp, 0)).isOne();
                    assertThat(one(VectorMath::exp, Float.NaN)).isNaN();
                }),
                dynamicTest("tanh is within 4e-7", () -> check(VectorMath::tanh, Math::tanh, 12, 7)),
                dynamicTest("tanh knows its limits", () -> {
                    assertThat(one(VectorMath::tanh, Float.POSITIVE_INFINITY)).isOne();
                    assertThat(one(VectorMath::tanh, -100)).isEqualTo(-1);
                    assertThat(one(VectorMath::tanh, Float.NaN)).isNaN();
                }),
                dynamicTest("erf is within 1e-7", () -> check(VectorMath::erf, ReferenceKernels::erf, 5, 1.7)),
                dynamicTest("erf knows its limits", () -> {
                    assertThat(one(VectorMath::erf, Float.NEGATIVE_INFINITY)).isEqualTo(-1);
                    assertThat(one(VectorMath::erf, 0)).isZero();
                    assertThat(one(VectorMath::erf, Float.NaN)).isNaN();
                }));
    }

    private static float one(UnaryOperator<FloatVector> function, float x) {
        return function.apply(FloatVector.broadcast(VectorWidth.FLOATS, x)).lane(0);
    }

    /// @param units 2^-24 of the result's own binade: the relative error is at most `units * 2^-23`
    private static void check(
            UnaryOperator<FloatVector> function, DoubleUnaryOperator exact, double range, double units) {
        SplittableRandom random = new SplittableRandom(3);
        float[] xs = new float[VectorWidth.LANES];
        for (int round = 0; round < 4000; round++) {
            // A third of the arguments close to zero.
            double reach = round % 3 == 0 ? Math.pow(10, -random.nextDouble(10)) : range;
            for (int i = 0; i < xs.length; i++) {
                xs[i] = (float) random.nextDouble(-reach, reach);
            }
            FloatVector ys = function.apply(FloatVector.fromArray(VectorWidth.FLOATS, xs, 0));
            for (int i = 0; i < xs.length; i++) {
                double expected = exact.applyAsDouble(xs[i]);
                double tolerance = units * Math.ulp((float) expected);
                if (!(Math.abs(ys.lane(i) - expected) <= tolerance)) {
                    throw new AssertionError(
                            "at " + xs[i] + ": " + ys.lane(i) + ", expected " + expected + " ± " + units + " ulp");
                }
            }
        }
    }
}
