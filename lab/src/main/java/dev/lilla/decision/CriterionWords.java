package dev.lilla.decision;

import dev.lilla.decision.DecisionRecord.CriterionRecord;
import dev.lilla.evaluate.metric.MetricScales;
import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.project.Quantities;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import java.time.Duration;
import java.util.Locale;

/// What goals ask for, and amounts of it, as people read them.
///
/// @param metric by which quality is measured, as it is to be shown
/// @param scale of that metric
/// @param currency of costs
public record CriterionWords(String metric, Scale scale, String currency, Tongue tongue) {
    /// Those of a record.
    public static CriterionWords of(DecisionRecord record, Tongue tongue) {
        return of(record, record.goal().metric(), tongue);
    }

    /// Those of a record, with another metric than it has.
    public static CriterionWords of(DecisionRecord record, String metric, Tongue tongue) {
        return new CriterionWords(
                metric, MetricScales.of(metric), String.valueOf(record.prices().currency()), tongue);
    }

    /// The name of what a goal asks for.
    public String name(Criterion.Kind kind) {
        Wording name = switch (kind) {
            case QUALITY -> new Wording(metric, metric);
            case LATENCY_P95 -> new Wording("the time of 95 % of answers", "tid för 95 % av svaren");
            case MEMORY -> new Wording("memory", "minne");
            case DISK -> new Wording("disk", "disk");
            case COST_PER_1000 -> new Wording("the cost of 1,000 answers", "kostnad för 1 000 svar");
        };
        return name.in(tongue);
    }

    /// An amount of it, in the unit of its kind: `31 ms`, `224 MB`, `85.0 %`.
    public String amount(Criterion.Kind kind, double value) {
        return switch (kind) {
            case QUALITY -> quality(value);
            case LATENCY_P95 -> words().local(Quantities.text(Duration.ofNanos(Math.round(value * 1e6))));
            case MEMORY, DISK -> words().local(Quantities.text(Math.round(value)));
            case COST_PER_1000 -> words().money(value) + " " + currency;
        };
    }

    /// A quality of 0 to 1 on its scale: `85.0 %`, `0.812`, `48.53`.
    public String quality(double value) {
        return words().score(value * scale.unit(), scale);
    }

    /// `85.0 % (74.5 to 89.1)`.
    public String withInterval(double value, double low, double high) {
        return quality(value) + " (" + quality(low).replace(" %", "") + say(" to ", " till ")
                + quality(high).replace(" %", "") + ")";
    }

    /// A difference in quality: `2.0 points`.
    public String points(double value) {
        return scale == Scale.CORRELATION
                ? words().local(String.format(Locale.ROOT, "%.3f", value))
                : words().local(String.format(Locale.ROOT, "%.1f", 100 * value)) + say(" points", " procentenheter");
    }

    /// `at least 85.0 %`, `at most 2.0 s`.
    public String limit(Criterion.Kind kind, double limit) {
        return (kind == Criterion.Kind.QUALITY ? say("at least ", "minst ") : say("at most ", "högst "))
                + amount(kind, limit);
    }

    /// `f1_macro is 71.2 %, asked for is at least 85.0 %`.
    public String missed(CriterionRecord criterion) {
        return found(criterion.kind(), amount(criterion.kind(), criterion.found()), criterion.limit());
    }

    /// The same of an amount that is in words already.
    public String found(Criterion.Kind kind, String found, double limit) {
        return say("%s is %s, asked for is %s", "%s är %s, målet är %s")
                .formatted(name(kind), found, limit(kind, limit));
    }

    private ReportWords words() {
        return new ReportWords(tongue);
    }

    private String say(String english, String swedish) {
        return new Wording(english, swedish).in(tongue);
    }
}
