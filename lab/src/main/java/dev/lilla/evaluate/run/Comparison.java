package dev.lilla.evaluate.run;

import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.Holm;
import dev.lilla.evaluate.statistics.PairedComparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Two models by one metric.
///
/// @param paired with a p-value corrected for all comparisons that were made together
public record Comparison(String first, String second, String metric, PairedComparison paired) {
    /// All pairs of models, each by every metric that was asked for; corrected together (Holm).
    ///
    /// @param metrics how many of the task's metrics, from the first
    public static List<Comparison> all(List<Result> results, int metrics, Bootstrap bootstrap) {
        List<Comparison> found = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            for (int j = i + 1; j < results.size(); j++) {
                Result first = results.get(i);
                Result second = results.get(j);
                for (int k = 0; k < Math.min(metrics, first.measured().size()); k++) {
                    Measured measured = first.measured().get(k);
                    found.add(new Comparison(
                            first.model(),
                            second.model(),
                            measured.metric(),
                            PairedComparison.of(
                                    measured.score().tally(),
                                    second.measured().get(k).score().tally(),
                                    bootstrap)));
                }
            }
        }
        return corrected(found);
    }

    /// The same with p-values that are corrected for their number (Holm).
    public static List<Comparison> corrected(List<Comparison> made) {
        double[] corrected =
                Holm.adjust(made.stream().mapToDouble(c -> c.paired().pValue()).toArray());
        List<Comparison> all = new ArrayList<>();
        for (int i = 0; i < corrected.length; i++) {
            Comparison one = made.get(i);
            all.add(new Comparison(
                    one.first(), one.second(), one.metric(), one.paired().withPValue(corrected[i])));
        }
        return all;
    }

    /// What it means, in a sentence.
    ///
    /// @param examples that both answered
    /// @param isHigherBetter whether a higher score is a better one
    public String sentence(int examples, boolean isHigherBetter) {
        double gap = paired.difference();
        if (gap == 0) {
            return first + " and " + second + " have the same " + metric + ".";
        }
        boolean isFirst = gap > 0 == isHigherBetter;
        String better = isFirst ? first : second;
        String worse = isFirst ? second : first;
        if (paired.isSignificant()) {
            return String.format(
                    Locale.ROOT, "%s is better than %s by %s (p = %s).", better, worse, metric, probability());
        }
        String needed = paired.examplesToSettle().isPresent()
                ? " About " + paired.examplesToSettle().getAsLong()
                        + " examples would settle a difference of this size, and there are " + examples + "."
                : " More examples would tell.";
        return String.format(
                Locale.ROOT,
                "Too little data to say whether %s is better than %s by %s (p = %s).%s",
                better,
                worse,
                metric,
                probability(),
                paired.examplesToSettle().isPresent()
                                && paired.examplesToSettle().getAsLong() <= examples
                        ? " The difference is at the edge of what " + examples + " examples show."
                        : needed);
    }

    /// `0.031`, `< 0.001`.
    public String probability() {
        return paired.pValue() < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", paired.pValue());
    }
}
