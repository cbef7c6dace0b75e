package dev.lilla.cli;

import dev.lilla.project.ProjectTemplate;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What a model must meet.
final class InitLimits {
    @Option(names = "--metric", paramLabel = "NAME", description = "What counts as quality. Each task has a usual one.")
    private @Nullable String metric;

    @Option(names = "--minimum", paramLabel = "X", description = "Least quality, 0 to 1.")
    private @Nullable Double minimum;

    @Option(names = "--latency", paramLabel = "TIME", description = "95 %% of answers within: 800ms, 2s.")
    private @Nullable String latency;

    @Option(names = "--memory", paramLabel = "SIZE", description = "Memory it may take: 8GB.")
    private @Nullable String memory;

    @Option(names = "--disk", paramLabel = "SIZE", description = "Space on disk it may take: 5GB.")
    private @Nullable String disk;

    @Option(names = "--cost", paramLabel = "X", description = "What 1,000 requests may cost.")
    private @Nullable Double cost;

    @Option(names = "--language", paramLabel = "CODE", split = ",", description = "Languages of the texts: en,sv.")
    private @Nullable List<String> languages;

    @Option(
            names = "--license",
            paramLabel = "WHAT",
            split = ",",
            description = "open, commercial, any, or ids of licenses. Default: commercial.")
    private @Nullable List<String> licenses;

    @Option(names = "--privacy", paramLabel = "CLASS", description = "local, redacted or open. Default: local.")
    private @Nullable String privacy;

    void addTo(Map<String, String> values) {
        InitCommand.put(values, "goal.metric", metric);
        putNumber(values, "goal.minimum_quality", minimum);
        putAmount(values, "goal.latency_p95", latency);
        putAmount(values, "goal.memory", memory);
        putAmount(values, "goal.disk", disk);
        putNumber(values, "goal.cost_per_1000", cost);
        if (languages != null) {
            values.put("goal.languages", ProjectTemplate.list(languages));
        }
        if (licenses != null) {
            values.put("goal.licenses", ProjectTemplate.list(licenses));
        }
        InitCommand.put(values, "goal.privacy", privacy);
    }

    /// An amount stands bare in the file: YAML takes `2s` for a text.
    private static void putAmount(Map<String, String> values, String key, @Nullable String amount) {
        if (amount != null) {
            values.put(key, amount.matches("[0-9.]+[A-Za-z]+") ? amount : ProjectTemplate.quoted(amount));
        }
    }

    private static void putNumber(Map<String, String> values, String key, @Nullable Double number) {
        if (number != null) {
            values.put(
                    key,
                    new BigDecimal(Double.toString(number)).stripTrailingZeros().toPlainString());
        }
    }
}
