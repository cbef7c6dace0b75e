package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.Tally;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Whether an answer is JSON, and the right one.
///
/// @param kind which of the two
public record JsonMetric(Kind kind) implements TextMetric {
    /// What is asked.
    public enum Kind {
        /// Is it JSON at all?
        VALID("json_valid"),
        /// Is it the value of the reference, whatever the order of its keys?
        EXACT("json_exact");

        private final String label;

        Kind(String label) {
            this.label = label;
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
        return TextMetric.mean(pairs, pair -> isRight(pair) ? 1 : 0);
    }

    private boolean isRight(TextPair pair) {
        Optional<JsonNode> said = JsonAnswer.parse(pair.answer());
        return switch (kind) {
            case VALID -> said.isPresent();
            case EXACT ->
                said.isPresent()
                        && JsonAnswer.parse(pair.references().getFirst())
                                .map(said.get()::equals)
                                .orElse(false);
        };
    }
}
