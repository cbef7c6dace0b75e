package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.Tally;
import java.util.List;

/// Whether an answer is JSON that a schema allows.
public record SchemaMetric(AnswerSchema schema) implements TextMetric {
    @Override
    public String name() {
        return "schema_valid";
    }

    @Override
    public Scale scale() {
        return Scale.SHARE;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return TextMetric.mean(
                pairs,
                pair -> JsonAnswer.parse(pair.answer()).map(schema::isValid).orElse(false) ? 1 : 0);
    }
}
