package dev.lilla.deploy;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.DecisionRecord.CriterionRecord;
import dev.lilla.project.Quantities;
import java.time.Duration;
import java.util.Locale;

/// What a goal asks for as people read it.
///
/// @param metric by which quality is measured
/// @param currency of costs
record CriterionText(String metric, String currency) {
    /// Metrics that are no shares.
    private static final String CORRELATION = "mcc";

    /// `macro_f1 is 71.2 %, asked for is at least 85.0 %`.
    String missed(CriterionRecord criterion) {
        String bound = criterion.kind() == Criterion.Kind.QUALITY ? "at least " : "at most ";
        return name(criterion.kind()) + " is " + amount(criterion.kind(), criterion.found()) + ", asked for is " + bound
                + amount(criterion.kind(), criterion.limit());
    }

    String name(Criterion.Kind kind) {
        return switch (kind) {
            case QUALITY -> metric;
            case LATENCY_P95 -> "the time of 95 % of answers";
            case MEMORY -> "memory";
            case DISK -> "disk";
            case COST_PER_1000 -> "the cost of 1,000 answers";
        };
    }

    /// @param value in the unit of its kind
    String amount(Criterion.Kind kind, double value) {
        return switch (kind) {
            case QUALITY -> quality(value);
            case LATENCY_P95 -> Quantities.text(Duration.ofNanos(Math.round(value * 1e6)));
            case MEMORY, DISK -> Quantities.text(Math.round(value));
            case COST_PER_1000 -> String.format(Locale.ROOT, "%.4f %s", value, currency);
        };
    }

    /// A quality of 0 to 1: `85.0 %`, or as it is for correlations.
    String quality(double value) {
        return metric.equals(CORRELATION)
                ? String.format(Locale.ROOT, "%.3f", value)
                : String.format(Locale.ROOT, "%.1f %%", 100 * value);
    }
}
