package dev.lilla.evaluate.metric;

import java.util.List;
import java.util.stream.IntStream;

/// How often examples of each label were put in each.
///
/// @param counts `[labels, labels + 1]`: expected, predicted; the last column counts answers that name no label
public record ConfusionMatrix(double[][] counts) {
    /// @param weights how often each pair counts
    public static ConfusionMatrix of(List<LabelPair> pairs, int[] weights, int labels) {
        double[][] counts = new double[labels][labels + 1];
        for (int i = 0; i < pairs.size(); i++) {
            LabelPair pair = pairs.get(i);
            int column = pair.predicted() == LabelPair.NONE ? labels : pair.predicted();
            counts[pair.expected()][column] += weights[i];
        }
        return new ConfusionMatrix(counts);
    }

    /// Each pair once.
    public static ConfusionMatrix of(List<LabelPair> pairs, int labels) {
        return of(pairs, IntStream.generate(() -> 1).limit(pairs.size()).toArray(), labels);
    }

    /// The mean of several, all of the same labels.
    ///
    /// @param matrices one or more
    public static ConfusionMatrix mean(List<ConfusionMatrix> matrices) {
        int labels = matrices.getFirst().labels();
        double[][] counts = new double[labels][labels + 1];
        for (ConfusionMatrix matrix : matrices) {
            for (int i = 0; i < labels; i++) {
                for (int j = 0; j <= labels; j++) {
                    counts[i][j] += matrix.counts[i][j] / matrices.size();
                }
            }
        }
        return new ConfusionMatrix(counts);
    }

    public int labels() {
        return counts.length;
    }

    public double hits(int label) {
        return counts[label][label];
    }

    /// Examples of a label.
    public double expected(int label) {
        double sum = 0;
        for (double count : counts[label]) {
            sum += count;
        }
        return sum;
    }

    /// Examples that were put in a label, or in none with the number of labels.
    public double predicted(int label) {
        double sum = 0;
        for (double[] row : counts) {
            sum += row[label];
        }
        return sum;
    }

    public double total() {
        return IntStream.range(0, labels()).mapToDouble(this::expected).sum();
    }

    public double precision(int label) {
        return ratio(hits(label), predicted(label));
    }

    public double recall(int label) {
        return ratio(hits(label), expected(label));
    }

    public double f1(int label) {
        return Texts.f1(precision(label), recall(label));
    }

    /// Whether a label was expected or predicted at all.
    public boolean occurs(int label) {
        return expected(label) > 0 || predicted(label) > 0;
    }

    /// Zero where there is nothing to divide by, as scikit-learn's `zero_division=0`.
    static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }
}
