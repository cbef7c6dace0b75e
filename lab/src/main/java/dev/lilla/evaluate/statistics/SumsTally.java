package dev.lilla.evaluate.statistics;

import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/// A score that is a function of sums over all examples, as BLEU and the perplexity of a corpus are.
public final class SumsTally implements Tally {
    private final double[][] parts;
    private final ToDoubleFunction<double[]> formula;
    private final boolean isForOne;

    /// @param parts what each example adds to each sum, `[examples, sums]`
    /// @param formula the score from the sums
    /// @param isForOne whether the formula says something about one example too
    private SumsTally(double[][] parts, ToDoubleFunction<double[]> formula, boolean isForOne) {
        this.parts = parts.clone();
        this.formula = formula;
        this.isForOne = isForOne;
    }

    /// A score of whole sets alone.
    public static SumsTally ofSet(double[][] parts, ToDoubleFunction<double[]> formula) {
        return new SumsTally(parts, formula, false);
    }

    /// A score that one example has too, such as the F1 of the fields of one answer.
    public static SumsTally ofEach(double[][] parts, ToDoubleFunction<double[]> formula) {
        return new SumsTally(parts, formula, true);
    }

    @Override
    public int examples() {
        return parts.length;
    }

    /// NaN if there are no examples.
    @Override
    public double score(int[] weights) {
        if (parts.length == 0) {
            return Double.NaN;
        }
        double[] sums = new double[parts[0].length];
        for (int i = 0; i < parts.length; i++) {
            for (int j = 0; weights[i] > 0 && j < sums.length; j++) {
                sums[j] += weights[i] * parts[i][j];
            }
        }
        return formula.applyAsDouble(sums);
    }

    @Override
    public OptionalDouble example(int index) {
        return isForOne ? OptionalDouble.of(formula.applyAsDouble(parts[index])) : OptionalDouble.empty();
    }
}
