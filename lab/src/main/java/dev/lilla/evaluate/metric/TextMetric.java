package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.MeanTally;
import dev.lilla.evaluate.statistics.Tally;
import java.util.List;
import java.util.function.ToDoubleFunction;

/// How good a set of written answers is.
public interface TextMetric {
    /// The name in task files, tables and exports.
    String name();

    Scale scale();

    Tally tally(List<TextPair> pairs);

    /// The mean of a value that each answer has.
    static Tally mean(List<TextPair> pairs, ToDoubleFunction<TextPair> value) {
        return new MeanTally(pairs.stream().mapToDouble(value).toArray());
    }

    /// The mean of a value that each answer has with the reference that suits it best.
    static Tally meanOfBest(List<TextPair> pairs, Comparison comparison) {
        return mean(
                pairs,
                pair -> pair.references().stream()
                        .mapToDouble(reference -> comparison.value(pair.answer(), reference))
                        .max()
                        .orElseThrow());
    }

    /// An answer against one reference, higher is better.
    interface Comparison {
        double value(String answer, String reference);
    }
}
