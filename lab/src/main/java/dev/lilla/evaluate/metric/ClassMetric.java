package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.statistics.Tally;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// How well examples were put in classes, as scikit-learn computes it with `zero_division=0`. An answer that names no
/// label is a miss of the expected one and a hit of none.
public enum ClassMetric {
    ACCURACY("accuracy", Scale.SHARE, matrix -> ConfusionMatrix.ratio(hits(matrix), matrix.total())),
    BALANCED_ACCURACY("balanced_accuracy", Scale.SHARE, ClassMetric::balancedAccuracy),
    PRECISION_MACRO("precision_macro", Scale.SHARE, matrix -> macro(matrix, matrix::precision)),
    RECALL_MACRO("recall_macro", Scale.SHARE, matrix -> macro(matrix, matrix::recall)),
    F1_MACRO("f1_macro", Scale.SHARE, matrix -> macro(matrix, matrix::f1)),
    PRECISION_MICRO("precision_micro", Scale.SHARE, ClassMetric::microPrecision),
    RECALL_MICRO("recall_micro", Scale.SHARE, matrix -> ConfusionMatrix.ratio(hits(matrix), matrix.total())),
    F1_MICRO(
            "f1_micro",
            Scale.SHARE,
            matrix -> Texts.f1(microPrecision(matrix), ConfusionMatrix.ratio(hits(matrix), matrix.total()))),
    PRECISION_WEIGHTED("precision_weighted", Scale.SHARE, matrix -> weighted(matrix, matrix::precision)),
    RECALL_WEIGHTED("recall_weighted", Scale.SHARE, matrix -> weighted(matrix, matrix::recall)),
    F1_WEIGHTED("f1_weighted", Scale.SHARE, matrix -> weighted(matrix, matrix::f1)),
    /// Correlation between expected and predicted (Matthews, 1975; for many classes Gorodkin, 2004).
    MCC("mcc", Scale.CORRELATION, ClassMetric::matthews),
    /// Agreement beyond chance (Cohen, 1960).
    KAPPA("kappa", Scale.CORRELATION, ClassMetric::cohen);

    private final String label;
    private final Scale scale;

    @SuppressWarnings("ImmutableEnumChecker") // a method of this class or a lambda without state
    private final ToDoubleFunction<ConfusionMatrix> formula;

    ClassMetric(String label, Scale scale, ToDoubleFunction<ConfusionMatrix> formula) {
        this.label = label;
        this.scale = scale;
        this.formula = formula;
    }

    /// The name in task files, tables and exports: `f1_macro`.
    public String label() {
        return label;
    }

    public Scale scale() {
        return scale;
    }

    public double of(ConfusionMatrix matrix) {
        return formula.applyAsDouble(matrix);
    }

    /// @param labels how many there are
    public Tally tally(List<LabelPair> pairs, int labels) {
        if (this == ACCURACY) {
            return new MeanTally(
                    pairs.stream().mapToDouble(pair -> pair.isRight() ? 1 : 0).toArray());
        }
        return new ConfusionTally(List.copyOf(pairs), labels, this);
    }

    private record ConfusionTally(List<LabelPair> pairs, int labels, ClassMetric metric) implements Tally {
        @Override
        public int examples() {
            return pairs.size();
        }

        @Override
        public double score(int[] weights) {
            return metric.of(ConfusionMatrix.of(pairs, weights, labels));
        }

        @Override
        public OptionalDouble example(int index) {
            return OptionalDouble.empty();
        }
    }

    private interface PerLabel {
        double of(int label);
    }

    private static double hits(ConfusionMatrix matrix) {
        return IntStream.range(0, matrix.labels()).mapToDouble(matrix::hits).sum();
    }

    private static double microPrecision(ConfusionMatrix matrix) {
        double named = matrix.total() - matrix.predicted(matrix.labels());
        return ConfusionMatrix.ratio(hits(matrix), named);
    }

    /// The mean over the labels that occur.
    private static double macro(ConfusionMatrix matrix, PerLabel value) {
        return IntStream.range(0, matrix.labels())
                .filter(matrix::occurs)
                .mapToDouble(value::of)
                .average()
                .orElse(0);
    }

    private static double balancedAccuracy(ConfusionMatrix matrix) {
        return IntStream.range(0, matrix.labels())
                .filter(label -> matrix.expected(label) > 0)
                .mapToDouble(matrix::recall)
                .average()
                .orElse(0);
    }

    private static double weighted(ConfusionMatrix matrix, PerLabel value) {
        double sum = IntStream.range(0, matrix.labels())
                .mapToDouble(label -> matrix.expected(label) * value.of(label))
                .sum();
        return ConfusionMatrix.ratio(sum, matrix.total());
    }

    private static double matthews(ConfusionMatrix matrix) {
        double total = matrix.total();
        double chance = 0;
        double expectedSquares = 0;
        double predictedSquares = 0;
        for (int label = 0; label <= matrix.labels(); label++) {
            double predicted = matrix.predicted(label);
            double expected = label < matrix.labels() ? matrix.expected(label) : 0;
            chance += predicted * expected;
            expectedSquares += expected * expected;
            predictedSquares += predicted * predicted;
        }
        double spread = Math.sqrt(total * total - predictedSquares) * Math.sqrt(total * total - expectedSquares);
        return spread == 0 ? 0 : (hits(matrix) * total - chance) / spread;
    }

    private static double cohen(ConfusionMatrix matrix) {
        double total = matrix.total();
        double chance = 0;
        for (int label = 0; label < matrix.labels(); label++) {
            chance += matrix.predicted(label) * matrix.expected(label) / (total * total);
        }
        return chance == 1 ? 0 : (hits(matrix) / total - chance) / (1 - chance);
    }
}
