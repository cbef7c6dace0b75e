package dev.lilla.evaluate.metric;

import java.util.Arrays;
import java.util.Optional;

/// The scale of a metric by its name alone, for records that keep no more.
public final class MetricScales {
    private MetricScales() {}

    /// @return [Scale#SHARE] for metrics of no table, as those of choices are
    public static Scale of(String metric) {
        Optional<Scale> ofClasses = Arrays.stream(ClassMetric.values())
                .filter(one -> one.label().equals(metric))
                .map(ClassMetric::scale)
                .findFirst();
        return ofClasses
                .or(() -> TextMetrics.named(metric).map(TextMetric::scale))
                .orElse(Scale.SHARE);
    }
}
