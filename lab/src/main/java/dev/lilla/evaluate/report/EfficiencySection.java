package dev.lilla.evaluate.report;

import dev.lilla.evaluate.run.Efficiency;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Prices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// What answers took and cost.
record EfficiencySection(List<Result> results, Prices prices) {
    private static final double MEGABYTE = 1e6;

    void add(Html page) {
        page.raw("<section>\n").heading(2, "Efficiency");
        page.paragraph(
                "quiet",
                "Measured while the examples were answered. Times are those of answers that had the machine to"
                        + " themselves; cost is that of many side by side.");
        List<List<String>> rows = new ArrayList<>();
        add(rows, "read, tokens/s", e -> figure("%.1f", e.promptTokensPerSecond()));
        add(rows, "written, tokens/s", e -> figure("%.1f", e.completionTokensPerSecond()));
        add(rows, "first token, ms (p50 / p95)", e -> quantiles(e.firstMillis()));
        add(rows, "whole answer, ms (p50 / p95)", e -> quantiles(e.totalMillis()));
        add(
                rows,
                "tokens of prompt / answer",
                e -> figure("%.0f", e.promptTokens()) + " / " + figure("%.0f", e.completionTokens()));
        add(
                rows,
                "memory at most, MB",
                e -> here(
                        e,
                        e.peakBytes().isPresent() ? figure("%.0f", e.peakBytes().getAsLong() / MEGABYTE) : "-"));
        add(rows, "weights, MB", e -> here(e, figure("%.1f", e.diskBytes() / MEGABYTE)));
        add(rows, "CPU time, s", e -> here(e, figure("%.1f", e.cpuSeconds())));
        add(rows, "energy an answer, J", e -> figure("%.2f", e.joulesPerAnswer().orElse(Double.NaN)));
        add(rows, "1,000 answers, " + prices.currency(), e -> figure("%.4f", prices.perThousand(e)));
        for (Prices.Api api : prices.apis()) {
            add(
                    rows,
                    "1,000 answers by " + api.name() + ", " + prices.currency(),
                    e -> figure("%.4f", Prices.perThousand(e, api)));
        }
        results.forEach(result -> result.efficiency()
                .elsewhere()
                .ifPresent(place -> page.paragraph(
                        "",
                        result.model() + " answered at " + place.host() + ": the examples left this machine."
                                + " Its times hold the network, and its cost is the price of its tokens.")));
        List<String> headings = new ArrayList<>(List.of(""));
        results.forEach(result -> headings.add(result.model()));
        page.table("Speed, memory, energy and cost", headings, rows);
        Prices.Machine machine = prices.machine();
        page.paragraph(
                "quiet",
                String.format(
                        Locale.ROOT,
                        "Prices (%s): machine %.0f %s over %.0f years, in use %.0f %% of the time, %.0f W, %.2f %s a"
                                + " kWh.%s",
                        prices.date(),
                        machine.price(),
                        prices.currency(),
                        machine.years(),
                        100 * machine.usedShare(),
                        machine.watts(),
                        machine.kwhPrice(),
                        prices.currency(),
                        prices.isDefault() ? " These are assumptions; give your own with --prices." : ""));
        page.raw("</section>\n");
    }

    private static String here(Efficiency efficiency, String text) {
        return efficiency.elsewhere().isPresent() ? "none here" : text;
    }

    private void add(List<List<String>> rows, String name, Function<Efficiency, String> cell) {
        List<String> row = new ArrayList<>(List.of(name));
        results.forEach(result -> row.add(cell.apply(result.efficiency())));
        if (row.stream().skip(1).anyMatch(text -> !text.equals("-"))) {
            rows.add(row);
        }
    }

    private static String figure(String format, double value) {
        return Double.isNaN(value) || Double.isInfinite(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    private static String quantiles(Efficiency.Quantiles millis) {
        return figure("%.0f", millis.p50()) + " / " + figure("%.0f", millis.p95());
    }
}
