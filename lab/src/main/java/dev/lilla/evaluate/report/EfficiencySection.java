package dev.lilla.evaluate.report;

import dev.lilla.evaluate.run.Efficiency;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Prices;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// What answers took and cost.
record EfficiencySection(List<Result> results, Prices prices, ReportWords words) {
    private static final double MEGABYTE = 1e6;

    void add(Html page) {
        page.raw("<section>\n").heading(2, words.say("Efficiency", "Åtgång"));
        page.paragraph(
                "quiet",
                words.say(
                        "Measured while the examples were answered. Times are those of answers that had the machine to"
                                + " themselves; cost is that of many side by side.",
                        "Mätt medan exemplen besvarades. Tider är de för svar som hade datorn för sig själva; kostnaden"
                                + " är den för många sida vid sida."));
        List<List<String>> rows = new ArrayList<>();
        add(rows, words.say("read, tokens/s", "läst, token/s"), e -> figure("%.1f", e.promptTokensPerSecond()));
        add(
                rows,
                words.say("written, tokens/s", "skrivet, token/s"),
                e -> figure("%.1f", e.completionTokensPerSecond()));
        add(
                rows,
                words.say("first token, ms (p50 / p95)", "första token, ms (p50 / p95)"),
                e -> quantiles(e.firstMillis()));
        add(
                rows,
                words.say("whole answer, ms (p50 / p95)", "hela svaret, ms (p50 / p95)"),
                e -> quantiles(e.totalMillis()));
        add(
                rows,
                words.say("tokens of prompt / answer", "token i fråga / svar"),
                e -> figure("%.0f", e.promptTokens()) + " / " + figure("%.0f", e.completionTokens()));
        add(
                rows,
                words.say("memory at most, MB", "minne som mest, MB"),
                e -> here(
                        e,
                        e.peakBytes().isPresent() ? figure("%.0f", e.peakBytes().getAsLong() / MEGABYTE) : "-"));
        add(rows, words.say("weights, MB", "vikter, MB"), e -> here(e, figure("%.1f", e.diskBytes() / MEGABYTE)));
        add(rows, words.say("CPU time, s", "processortid, s"), e -> here(e, figure("%.1f", e.cpuSeconds())));
        add(
                rows,
                words.say("energy an answer, J", "energi per svar, J"),
                e -> figure("%.2f", e.joulesPerAnswer().orElse(Double.NaN)));
        add(rows, words.say("1,000 answers, ", "1 000 svar, ") + prices.currency(), e -> money(prices.perThousand(e)));
        for (Prices.Api api : prices.apis()) {
            add(
                    rows,
                    words.say("1,000 answers by ", "1 000 svar av ") + words.stored(api.name()) + ", "
                            + prices.currency(),
                    e -> money(Prices.perThousand(e, api)));
        }
        results.forEach(result -> result.efficiency()
                .elsewhere()
                .ifPresent(place -> page.paragraph(
                        "",
                        result.model() + " answered at " + place.host() + ": the examples left this machine."
                                + " Its times hold the network, and its cost is the price of its tokens.")));
        List<String> headings = new ArrayList<>(List.of(""));
        results.forEach(result -> headings.add(result.model()));
        page.table(words.say("Speed, memory, energy and cost", "Fart, minne, energi och kostnad"), headings, rows);
        page.paragraph("quiet", basis(prices.machine()));
        page.raw("</section>\n");
    }

    private String here(Efficiency efficiency, String text) {
        return efficiency.elsewhere().isPresent() ? words.say("none here", "inget här") : text;
    }

    /// The end of a sentence keeps its point in every language, so figures are written one by one.
    private String basis(Prices.Machine machine) {
        return words.say(
                        "Prices (%s): machine %s %s over %s years, in use %s %% of the time, %s W, %s %s a kWh.",
                        "Priser (%s): dator %s %s under %s år, i bruk %s %% av tiden, %s W, %s %s per kWh.",
                        prices.isDefault()
                                ? prices.date().replace("assumed", words.say("assumed", "antagna"))
                                : prices.date(),
                        figure("%.0f", machine.price()),
                        prices.currency(),
                        figure("%.0f", machine.years()),
                        figure("%.0f", 100 * machine.usedShare()),
                        figure("%.0f", machine.watts()),
                        figure("%.2f", machine.kwhPrice()),
                        prices.currency())
                + (prices.isDefault()
                        ? words.say(
                                " These are assumptions; give your own with --prices.",
                                " Det är antaganden; ge egna med --prices.")
                        : "");
    }

    private void add(List<List<String>> rows, String name, Function<Efficiency, String> cell) {
        List<String> row = new ArrayList<>(List.of(name));
        results.forEach(result -> row.add(cell.apply(result.efficiency())));
        if (row.stream().skip(1).anyMatch(text -> !text.equals("-"))) {
            rows.add(row);
        }
    }

    private String figure(String format, double value) {
        return Double.isNaN(value) || Double.isInfinite(value)
                ? "-"
                : words.local(String.format(Locale.ROOT, format, value));
    }

    private String money(double value) {
        return Double.isNaN(value) || Double.isInfinite(value) ? "-" : words.money(value);
    }

    private String quantiles(Efficiency.Quantiles millis) {
        return figure("%.0f", millis.p50()) + " / " + figure("%.0f", millis.p95());
    }
}
