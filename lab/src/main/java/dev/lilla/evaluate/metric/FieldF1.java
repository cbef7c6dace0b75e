package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.SumsTally;
import dev.lilla.evaluate.statistics.Tally;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;

/// How many fields of an extraction are right: leaves of the JSON with their paths, counted over all
/// examples. An answer that is no JSON has no fields.
///
/// @param kind which figure
public record FieldF1(Kind kind) implements TextMetric {
    /// Which figure.
    public enum Kind {
        PRECISION("field_precision", sums -> ConfusionMatrix.ratio(sums[0], sums[1])),
        RECALL("field_recall", sums -> ConfusionMatrix.ratio(sums[0], sums[2])),
        /// Two empty extractions agree.
        F1("field_f1", sums -> sums[1] + sums[2] == 0 ? 1 : 2 * sums[0] / (sums[1] + sums[2]));

        private final String label;

        @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
        private final ToDoubleFunction<double[]> formula;

        Kind(String label, ToDoubleFunction<double[]> formula) {
            this.label = label;
            this.formula = formula;
        }
    }

    @Override
    public String name() {
        return kind.label;
    }

    @Override
    public Scale scale() {
        return Scale.SHARE;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return SumsTally.ofEach(pairs.stream().map(FieldF1::counts).toArray(double[][]::new), kind.formula);
    }

    /// Fields in both, in the answer, in the reference.
    private static double[] counts(TextPair pair) {
        Set<String> said = fields(pair.answer());
        Set<String> expected = fields(pair.references().getFirst());
        long both = said.stream().filter(expected::contains).count();
        return new double[] {both, said.size(), expected.size()};
    }

    private static Set<String> fields(String json) {
        return JsonAnswer.parse(json)
                .filter(JsonNode::isContainer)
                .map(JsonAnswer::fields)
                .orElse(Set.of());
    }
}
