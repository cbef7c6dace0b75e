package dev.lilla.cli;

import dev.lilla.model.AdapterScaling;
import dev.lilla.model.AdapterSummary;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What `lilla inspect` shows of an adapter.
final class AdapterReport {
    private final Path path;
    private final AdapterSummary summary;

    AdapterReport(Path path, AdapterSummary summary) {
        this.path = path;
        this.summary = summary;
    }

    void print(Console console) {
        line(console, "adapter", path.toString());
        line(
                console,
                "format",
                switch (summary.format()) {
                    case PEFT -> "PEFT, LoRA";
                    case GGUF -> "GGUF, LoRA";
                });
        line(console, "base", summary.base().orElse("not stated in the files"));
        line(console, "rank", ranks(", "));
        line(console, "alpha", number(summary.alpha()) + ", added times " + factors());
        line(console, "changes", summary.matrices() + " weights: " + String.join(", ", summary.targets()));
        line(console, "parameters", Units.count(summary.parameters()) + "  (" + summary.parameters() + ")");
        line(console, "size", Units.bytes(summary.bytes()));
    }

    ObjectNode json() {
        ObjectNode report = JsonMapper.shared().createObjectNode();
        report.put("path", path.toString());
        report.put("kind", "adapter");
        report.put("format", summary.format().name().toLowerCase(Locale.ROOT));
        summary.base().ifPresent(base -> report.put("base", base));
        summary.ranks().forEach(report.withArray("ranks")::add);
        report.put("alpha", summary.alpha());
        report.put("rankStabilized", summary.scaling() == AdapterScaling.BY_ROOT_OF_RANK);
        summary.ranks().forEach(rank -> report.withArray("scalings").add(scaling(rank)));
        summary.targets().forEach(report.withArray("targets")::add);
        report.put("matrices", summary.matrices());
        report.put("parameters", summary.parameters());
        report.put("bytes", summary.bytes());
        return report;
    }

    /// An alpha of 0 in a GGUF stands for a factor of 1.
    private float scaling(int rank) {
        return summary.alpha() == 0 ? 1 : summary.scaling().of(summary.alpha(), rank);
    }

    private String factors() {
        String rule = summary.scaling() == AdapterScaling.BY_RANK ? "alpha / rank" : "alpha / sqrt(rank)";
        return summary.ranks().stream()
                        .map(rank -> number(scaling(rank)))
                        .distinct()
                        .collect(Collectors.joining(" or "))
                + " (" + rule + ")";
    }

    private String ranks(String separator) {
        return summary.ranks().stream().map(String::valueOf).collect(Collectors.joining(separator));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.4g", value);
    }

    private static void line(Console console, String label, String text) {
        console.out().println(console.styled("@|bold " + String.format(Locale.ROOT, "%-14s", label) + "|@") + text);
    }
}
