package dev.lilla.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.statistics.Percentiles;
import dev.lilla.evaluate.statistics.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Scores of scikit-learn and lm-eval for the same predictions.
class ClassificationOracleTest {
    private static final double TOLERANCE = 1e-9;

    private final JsonNode golden = Oracle.json("eval/classification.json");

    private static List<LabelPair> pairs(JsonNode set) {
        int[] expected = integers(set.get("y_true"));
        int[] predicted = integers(set.get("y_pred"));
        return IntStream.range(0, expected.length)
                .mapToObj(i -> new LabelPair(predicted[i], expected[i]))
                .toList();
    }

    private static int[] integers(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }

    @Test
    void scoresManyClassesAsScikitLearn() {
        JsonNode expected = golden.get("multiclass");
        int labels = golden.get("labels").size();
        List<LabelPair> pairs = pairs(golden);
        for (ClassMetric metric : ClassMetric.values()) {
            JsonNode figure = expected.get(metric == ClassMetric.KAPPA ? "cohen_kappa" : metric.label());
            assertThat(metric.tally(pairs, labels).score())
                    .as(metric.label())
                    .isCloseTo(figure.doubleValue(), within(TOLERANCE));
        }
        ConfusionMatrix matrix = ConfusionMatrix.of(pairs, labels);
        for (int label = 0; label < labels; label++) {
            assertThat(matrix.precision(label))
                    .isCloseTo(expected.get("precision_per_class").get(label).doubleValue(), within(TOLERANCE));
            assertThat(matrix.recall(label))
                    .isCloseTo(expected.get("recall_per_class").get(label).doubleValue(), within(TOLERANCE));
            assertThat(matrix.f1(label))
                    .isCloseTo(expected.get("f1_per_class").get(label).doubleValue(), within(TOLERANCE));
            for (int other = 0; other < labels; other++) {
                assertThat(matrix.counts()[label][other])
                        .isEqualTo(expected.get("confusion_matrix")
                                .get(label)
                                .get(other)
                                .doubleValue());
            }
        }
    }

    @Test
    void scoresTwoClassesAsScikitLearn() {
        JsonNode expected = golden.get("binary");
        List<LabelPair> pairs = pairs(expected);
        ConfusionMatrix matrix = ConfusionMatrix.of(pairs, 2);
        assertThat(ClassMetric.ACCURACY.of(matrix))
                .isCloseTo(expected.get("accuracy").doubleValue(), within(TOLERANCE));
        assertThat(matrix.precision(1)).isCloseTo(expected.get("precision").doubleValue(), within(TOLERANCE));
        assertThat(matrix.recall(1)).isCloseTo(expected.get("recall").doubleValue(), within(TOLERANCE));
        assertThat(matrix.f1(1)).isCloseTo(expected.get("f1").doubleValue(), within(TOLERANCE));
        assertThat(ClassMetric.MCC.of(matrix)).isCloseTo(expected.get("mcc").doubleValue(), within(TOLERANCE));

        double[] scores = doubles(expected.get("score"));
        List<Calibration.Forecast> forecasts = IntStream.range(0, scores.length)
                .mapToObj(i -> new Calibration.Forecast(
                        new double[] {1 - scores[i], scores[i]}, pairs.get(i).expected()))
                .toList();
        // Over both classes the squared errors are twice those of the positive one alone.
        assertThat(Calibration.brier(forecasts).score() / 2)
                .isCloseTo(expected.get("brier").doubleValue(), within(TOLERANCE));
    }

    @Test
    void weighsProbabilitiesAsTheReferences() {
        List<Calibration.Forecast> forecasts = new ArrayList<>();
        List<Calibration.Forecast> normalized = new ArrayList<>();
        int[] expected = integers(golden.get("y_true"));
        for (int i = 0; i < expected.length; i++) {
            double[] shares = doubles(golden.get("probabilities").get(i));
            double sum = IntStream.range(0, shares.length)
                    .mapToDouble(k -> shares[k])
                    .sum();
            forecasts.add(new Calibration.Forecast(shares, expected[i]));
            normalized.add(new Calibration.Forecast(
                    IntStream.range(0, shares.length)
                            .mapToDouble(k -> shares[k] / sum)
                            .toArray(),
                    expected[i]));
        }
        assertThat(Calibration.brier(forecasts).score())
                .isCloseTo(golden.get("lm_eval_brier_score").doubleValue(), within(TOLERANCE));
        assertThat(Calibration.logLoss(normalized).score())
                .isCloseTo(golden.get("log_loss").doubleValue(), within(TOLERANCE));
    }

    @Test
    void aConstantPredictionHasNoCorrelation() {
        List<LabelPair> constant =
                IntStream.range(0, 10).mapToObj(i -> new LabelPair(0, i % 3)).toList();
        assertThat(ClassMetric.MCC.tally(constant, 3).score())
                .isEqualTo(
                        golden.get("degenerate").get("mcc_constant_prediction").doubleValue());
    }

    @Test
    void resamplesAsNumpy() {
        JsonNode expected = golden.get("bootstrap");
        MeanTally tally = new MeanTally(doubles(expected.get("values")));
        double[] means = new double[expected.get("indices").size()];
        for (int i = 0; i < means.length; i++) {
            int[] indices = integers(expected.get("indices").get(i));
            means[i] = tally.score(Bootstrap.weights(indices, tally.examples()));
            assertThat(means[i]).isCloseTo(expected.get("resample_means").get(i).doubleValue(), within(TOLERANCE));
        }
        assertThat(tally.score()).isCloseTo(expected.get("mean").doubleValue(), within(TOLERANCE));
        assertThat(tally.standardError())
                .isCloseTo(expected.get("stderr_analytic").doubleValue(), within(TOLERANCE));
        double[] ends = doubles(expected.get("ci95_percentile_linear"));
        assertThat(Bootstrap.percentile(means).low()).isCloseTo(ends[0], within(TOLERANCE));
        assertThat(Bootstrap.percentile(means).high()).isCloseTo(ends[1], within(TOLERANCE));
        double[] narrower = doubles(expected.get("ci90_percentile_linear"));
        assertThat(new Percentiles(means).at(0.05)).isCloseTo(narrower[0], within(TOLERANCE));
        assertThat(new Percentiles(means).at(0.95)).isCloseTo(narrower[1], within(TOLERANCE));
    }

    @Test
    void anAnswerThatNamesNoLabelIsAMissOfTheRightOneAlone() {
        List<LabelPair> pairs = List.of(new LabelPair(0, 0), new LabelPair(LabelPair.NONE, 1), new LabelPair(1, 1));
        ConfusionMatrix matrix = ConfusionMatrix.of(pairs, 2);
        assertThat(ClassMetric.ACCURACY.of(matrix)).isCloseTo(2.0 / 3, within(TOLERANCE));
        assertThat(matrix.precision(1)).isEqualTo(1);
        assertThat(matrix.recall(1)).isEqualTo(0.5);
        assertThat(ClassMetric.F1_MACRO.of(matrix)).isCloseTo((1 + 2.0 / 3) / 2, within(TOLERANCE));
    }

    @Test
    void countsTheGapBetweenConfidenceAndAccuracy() {
        // Bin (0.8, 0.9]: confidence 0.9 and 0.9, one of two right; bin (0.5, 0.6]: 0.6, right.
        List<Calibration.Forecast> forecasts = List.of(
                new Calibration.Forecast(new double[] {0.9, 0.1}, 0),
                new Calibration.Forecast(new double[] {0.9, 0.1}, 1),
                new Calibration.Forecast(new double[] {0.4, 0.6}, 1));
        Tally error = Calibration.expectedError(forecasts);
        assertThat(error.score()).isCloseTo((2 * 0.4 + 1 * 0.4) / 3, within(TOLERANCE));
    }
}
