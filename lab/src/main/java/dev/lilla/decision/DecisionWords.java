package dev.lilla.decision;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.MemoryBasis;
import dev.lilla.evaluate.statistics.PairedComparison;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a decision means, in sentences: what is recommended, why, what is given up for it, and how sure that is.
public final class DecisionWords {
    private final Decision decision;
    private final Tongue tongue;

    public DecisionWords(Decision decision, Tongue tongue) {
        this.decision = decision;
        this.tongue = tongue;
    }

    /// The recommendation in one sentence.
    public String verdict() {
        String name = decision.chosen().name();
        if (!decision.meetsGoal()) {
            return say(
                    "No variant meets the goal. The nearest is %s.", "Ingen variant når målet. Närmast är %s.", name);
        }
        return decision.chosen().criteria().isEmpty()
                ? say(
                        "%s is recommended. The goal sets no limits.",
                        "%s rekommenderas. Målet sätter inga gränser.", name)
                : say("%s meets the goal and is recommended.", "%s når målet och rekommenderas.", name);
    }

    /// Why it is the one.
    public List<String> reasons() {
        JudgedVariant chosen = decision.chosen();
        JudgedVariant best = decision.choice().best();
        long fitting =
                decision.variants().stream().filter(JudgedVariant::meetsGoal).count();
        List<String> reasons = new ArrayList<>();
        reasons.add(
                switch (decision.choice().reason()) {
                    case BEST ->
                        say(
                                "It has the best %s of the %d variants that meet the goal (%d were evaluated).",
                                "Den har bäst %s av de %d varianter som når målet (%d utvärderades).",
                                metric(),
                                fitting,
                                decision.variants().size());
                    case AS_GOOD ->
                        say(
                                "It is as good as %s, the best of the %d variants that meet the goal, to within %s, and"
                                        + " takes less.",
                                "Den är lika bra som %s, den bästa av de %d varianter som når målet, på %s när, och tar"
                                        + " mindre.",
                                best.name(),
                                fitting,
                                points(Choice.MARGIN));
                    case SURELY_ENOUGH ->
                        say(
                                "It surely reaches what the goal asks for, and takes less than %s, the best of the %d"
                                        + " variants that meet it.",
                                "Den når säkert det som målet kräver, och tar mindre än %s, den bästa av de %d varianter"
                                        + " som når det.",
                                best.name(),
                                fitting);
                    case NEAREST ->
                        say(
                                "Of %d variants it misses the goal by least.",
                                "Av %d varianter är den närmast målet.",
                                decision.variants().size());
                });
        chosen.criteria().forEach(criterion -> reasons.add(criterion(criterion)));
        return reasons;
    }

    /// What it lacks beside the best variant, and beside the model that it was made from.
    public List<String> givenUp() {
        return new GivenUpWords(decision, this).sentences();
    }

    /// How sure the figures are, and what would make them surer.
    ///
    /// @param baselines what answers without a model come to
    public List<String> certainty(List<DecisionRecord.Baseline> baselines) {
        return new CertaintyWords(decision, this).sentences(baselines);
    }

    /// That examples left the house for this comparison, and where they went.
    public List<String> departures() {
        return decision.variants().stream()
                .flatMap(variant -> variant.figures().elsewhere().stream()
                        .map(place -> say(
                                "For this comparison %d test examples left the house: they were sent to %s, where %s"
                                        + " answered.",
                                "För den här jämförelsen lämnade %d testexempel huset: de skickades till %s, där %s"
                                        + " svarade.",
                                variant.result().scores().examples().size(),
                                place.host(),
                                variant.name())))
                .toList();
    }

    /// What it takes of this machine's memory or disk; a model elsewhere takes none.
    public String here(Figures figures, Criterion.Kind kind) {
        if (figures.elsewhere().isPresent()) {
            return say("none here", "inget här");
        }
        OptionalDouble found = figures.found(kind);
        return found.isPresent() ? amount(kind, found.getAsDouble()) : "?";
    }

    /// Which process the figures of memory are those of; empty where none was measured.
    public Optional<String> memory() {
        List<JudgedVariant> measured = decision.variants().stream()
                .filter(variant -> variant.figures().memoryBytes().isPresent())
                .toList();
        List<String> shared = measured.stream()
                .filter(variant -> variant.result().efficiency().memoryBasis() == MemoryBasis.SHARED_PROCESS)
                .map(JudgedVariant::name)
                .toList();
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        String own = say(
                "Memory is the most that a process of its own took for a variant while it answered.",
                "Minne är det mesta som en egen process tog för en variant medan den svarade.");
        return Optional.of(
                shared.isEmpty()
                        ? own
                        : shared.size() == measured.size()
                                ? say(
                                        "Memory is the most that the whole search took while a variant answered: an upper"
                                                + " bound.",
                                        "Minne är det mesta som hela sökningen tog medan en variant svarade: en övre"
                                                + " gräns.")
                                : own
                                        + say(
                                                " That of %s is that of the whole search, an upper bound.",
                                                " För %s är det hela sökningens, en övre gräns.",
                                                String.join("; ", shared)));
    }

    /// What a paired test says.
    public String sentence(Comparison test, int examples) {
        PairedComparison paired = test.paired();
        if (paired.difference() == 0) {
            return say("%s and %s have the same %s.", "%s och %s har samma %s.", test.first(), test.second(), metric());
        }
        boolean isFirst = paired.difference() > 0;
        String better = isFirst ? test.first() : test.second();
        String worse = isFirst ? test.second() : test.first();
        String gap = points(Math.abs(paired.difference()) / unit());
        if (paired.isSignificant()) {
            return say(
                    "%s is better than %s by %s (%s).",
                    "%s är bättre än %s med %s (%s).", better, worse, gap, probability(test));
        }
        String more = paired.examplesToSettle().isPresent()
                        && paired.examplesToSettle().getAsLong() > examples
                ? say(
                        " About %d examples would settle a difference of this size.",
                        " Omkring %d exempel skulle avgöra en så stor skillnad.",
                        paired.examplesToSettle().getAsLong())
                : "";
        return say(
                        "That %s is better than %s by %s may be chance (%s).",
                        "Att %s är bättre än %s med %s kan vara slump (%s).", better, worse, gap, probability(test))
                + more;
    }

    /// `p = 0.012`, corrected for all tests of the decision.
    String probability(Comparison test) {
        String value = local(test.probability());
        return value.startsWith("<") ? "p " + value : "p = " + value;
    }

    /// What a goal asks for, what was found, and whether it is met.
    public String criterion(Criterion criterion) {
        CriterionWords words = criteria();
        String name = words.name(criterion.kind());
        String found = words.amount(criterion.kind(), criterion.found());
        String asked = words.limit(criterion.kind(), criterion.limit());
        return switch (criterion.verdict()) {
            case MET -> say("%s: %s, asked for is %s.", "%s: %s, målet är %s.", name, found, asked);
            case UNSETTLED ->
                say(
                        "%s: %s, asked for is %s; met on these examples, not surely on others.",
                        "%s: %s, målet är %s; uppnått på dessa exempel, inte säkert på andra.", name, found, asked);
            case FAILED ->
                say("%s: %s, asked for is %s: missed.", "%s: %s, målet är %s: inte uppnått.", name, found, asked);
        };
    }

    /// An amount of what a goal asks for as people read it.
    public String amount(Criterion.Kind kind, double value) {
        return criteria().amount(kind, value);
    }

    /// `83.0 % (74.5 to 89.1)`.
    public String withInterval(JudgedVariant variant) {
        return new ReportWords(tongue).withInterval(variant.result().measured().getFirst());
    }

    /// The same of a baseline.
    public String withInterval(DecisionRecord.Quality quality) {
        return criteria().withInterval(quality.value(), quality.low(), quality.high());
    }

    private CriterionWords criteria() {
        return new CriterionWords(metric(), scale(), decision.prices().currency(), tongue);
    }

    /// A number with the digits that matter.
    String figure(double value) {
        double size = Math.abs(value);
        return size >= 100 || size == 0
                ? number("%.0f", value)
                : size >= 10 ? number("%.1f", value) : new ReportWords(tongue).money(value);
    }

    /// Figures with the sign that the language has between whole and part.
    String local(String figures) {
        return new ReportWords(tongue).local(figures);
    }

    /// The metric that counts.
    public String metric() {
        return decision.chosen().result().measured().getFirst().metric().replace('_', ' ');
    }

    /// What the axis of a chart is: the metric, and how much of it is shown as 1.
    FrontierChart.Quality qualityAxis() {
        return switch (scale()) {
            case SHARE -> new FrontierChart.Quality(metric() + ", %", 100);
            case HUNDRED -> new FrontierChart.Quality(metric(), 100);
            case ERROR, CORRELATION, LOSS -> new FrontierChart.Quality(metric(), 1);
        };
    }

    /// `83.0 %`.
    String quality(JudgedVariant variant) {
        return criteria().quality(variant.figures().quality());
    }

    /// A difference of scores as the metric has them, with its sign: `+2.6` points.
    String change(double difference) {
        String text =
                scale() == Scale.CORRELATION ? number("%+.3f", difference) : number("%+.1f", 100 * difference / unit());
        return text.matches("[+-][0.,]+") ? text.substring(1) : text;
    }

    /// What the metric calls 1.
    double unit() {
        return scale().unit();
    }

    private Scale scale() {
        return decision.chosen().result().measured().getFirst().score().scale();
    }

    /// A quality of 0 to 1 on its scale.
    String share(double value) {
        return criteria().quality(value);
    }

    /// A difference in quality: `2.0 points`.
    String points(double value) {
        return criteria().points(value);
    }

    /// A number in a form of [String#format].
    String number(String format, double value) {
        return local(String.format(Locale.ROOT, format, value));
    }

    /// A sentence in the language of the reader, with its values.
    String say(String english, String swedish, Object... values) {
        return String.format(Locale.ROOT, new Wording(english, swedish).in(tongue), values);
    }
}
