package dev.lilla.cli;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.Decision;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.decision.DecisionWords;
import dev.lilla.decision.JudgedVariant;
import dev.lilla.evaluate.report.ReportWords;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.TaskScores;
import dev.lilla.project.Project;
import dev.lilla.project.Quantities;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import dev.lilla.search.Recipe;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What `lilla demo` says, step by step.
record DemoStory(Console console, Tongue tongue) {
    private static final int COLUMNS_MAX = 120;

    /// The beginnings of instructions of which an example each is shown.
    private static final List<String> SHOWN = List.of("Classify", "Answer", "Write", "Svara");

    void goal(Project project, int logs, int questions) {
        line(
                "@|bold Kvitto|@ is an invented Nordic payments company. It wants its tickets sorted and answered by a"
                        + " small model, in the house.",
                "@|bold Kvitto|@ är ett påhittat nordiskt betalningsföretag. Det vill få sina ärenden sorterade och"
                        + " besvarade av en liten modell, inom huset.");
        step("1. The goal", "1. Målet");
        line(
                "  %s of answers exactly right, 95 %% of them within 1 s, at most 2 GB of memory, an open license, and no"
                        + " text leaves this machine.",
                "  %s av svaren exakt rätt, 95 %% av dem inom 1 s, högst 2 GB minne, öppen licens, och ingen text lämnar"
                        + " datorn.",
                percent(project.goal().minimumQuality().orElseThrow()));
        line(
                "  %d logs to learn from, %d tickets with other names to judge by: %s",
                "  %d loggar att lära av, %d ärenden med andra namn att bedöma med: %s",
                logs,
                questions,
                project.file());
    }

    void candidates(List<Recipe> models) {
        step("2. Candidates", "2. Kandidater");
        line(
                "  %s: the small models that come with Lilla, made to show what it does.",
                "  %s: de små modeller som följer med Lilla, gjorda för att visa vad det gör.",
                models.stream().map(Recipe::model).collect(Collectors.joining(", ")));
    }

    void search() {
        step("3. Evaluate and 4. optimize", "3. Utvärdera och 4. optimera");
    }

    void interrupted() {
        line("Stopped. \"lilla demo\" goes on from here.", "Avbrutet. \"lilla demo\" fortsätter härifrån.");
    }

    void decision() {
        step("5. The decision", "5. Beslutet");
    }

    /// What the model as it was found and the chosen variant answered to the same tickets.
    void answers(Decision decision) {
        JudgedVariant after = decision.chosen();
        Optional<JudgedVariant> before = ancestor(decision, after);
        if (before.isEmpty()) {
            return;
        }
        TaskScores asked = after.result().scores();
        SideBySide columns = new SideBySide(Math.min(console.columns(), COLUMNS_MAX), 2);
        for (String instruction : SHOWN) {
            IntStream.range(0, asked.examples().size())
                    .filter(i -> request(asked.examples().get(i)).startsWith(instruction))
                    .findFirst()
                    .ifPresent(i -> {
                        say("");
                        say(console.styled(
                                "@|faint " + request(asked.examples().get(i)).replace("\n", " | ") + "|@"));
                        columns.print(console.out(), new Wording("AS IT WAS", "SOM DEN VAR").in(tongue), after.name());
                        columns.print(
                                console.out(), before.get().result().scores().answer(i), asked.answer(i));
                    });
        }
    }

    private static Optional<JudgedVariant> ancestor(Decision decision, JudgedVariant variant) {
        Optional<String> parent = variant.variant().parent();
        if (parent.isEmpty()) {
            return Optional.empty();
        }
        Optional<JudgedVariant> found = decision.variants().stream()
                .filter(other -> other.name().equals(parent.get()))
                .findFirst();
        return found.flatMap(other -> ancestor(decision, other)).or(() -> found);
    }

    private static String request(Example example) {
        String shown = example.question();
        int user = shown.lastIndexOf("user: ");
        return user < 0 ? shown : shown.substring(user + "user: ".length());
    }

    /// The one that a manager wants.
    void sentence(DecisionRecord record, DecisionWords words, Baseline rules) {
        DecisionRecord.VariantRecord chosen =
                record.variant(record.choice().variant()).orElseThrow();
        say("");
        line(
                "@|bold %s answers %s of the house's tickets right (95 %%: %s to %s; rules alone %s), at %s and %s.|@",
                "@|bold %s besvarar %s av husets ärenden rätt (95 %%: %s till %s; bara regler %s), på %s och %s.|@",
                chosen.name(),
                percent(chosen.quality().value()),
                percent(chosen.quality().low()),
                percent(chosen.quality().high()),
                percent(rules.quality().value()),
                words.amount(Criterion.Kind.LATENCY_P95, chosen.answerMillisP95()),
                words.amount(
                        Criterion.Kind.MEMORY, (double) chosen.memoryBytes().orElse(chosen.diskBytes())));
        line(
                "It is a demonstration: a model of a few million parameters that knows seven tasks and nothing else.",
                "Det är en demonstration: en modell på några miljoner parametrar som kan sju uppgifter och inget annat.");
    }

    void seed(Optional<SeedModel> found) {
        if (found.isEmpty()) {
            line(
                    "What a model of 7 billion parameters would take here was not measured: there is too little free"
                            + " memory for it.",
                    "Vad en modell på 7 miljarder parametrar skulle ta här mättes inte: det finns för lite ledigt minne.");
            return;
        }
        SeedModel seed = found.get();
        Prices prices = seed.prices();
        String elsewhere = prices.apis().stream()
                .map(api -> api.name() + ": " + money(Prices.perThousand(seed.efficiency(), api), prices))
                .collect(Collectors.joining(", "));
        line(
                "%s at 4 bits would answer in %s here, for %s per 1,000 tickets; the same tokens through %s (price file of"
                        + " %s).",
                "%s i 4 bitar skulle svara på %s här, för %s per 1 000 ärenden; samma token genom %s (prisfil från %s).",
                seed.title(),
                decimal(Quantities.text(seed.answer())),
                money(seed.costPer1000(), prices),
                elsewhere.isEmpty() ? "-" : elsewhere,
                prices.date());
    }

    void next(Path folder, Path chosen) {
        say("");
        line("Look at the report: %s", "Titta på rapporten: %s", folder.resolve(DecisionOutputs.REPORT));
        line("Talk to it:         lilla chat %s", "Prata med den:      lilla chat %s", chosen);
        line("Serve it:           lilla serve %s", "Kör den som server: lilla serve %s", chosen);
        Path project = folder.resolve(Project.FILE_NAME);
        line(
                "Deploy it:          lilla deploy %s --decision %s",
                "Driftsätt den:      lilla deploy %s --decision %s", project, folder);
    }

    private String percent(double share) {
        return decimal(String.format(Locale.ROOT, "%.0f %%", 100 * share));
    }

    private String money(double amount, Prices prices) {
        return new ReportWords(tongue).money(amount) + " " + prices.currency();
    }

    private String decimal(String figures) {
        return tongue == Tongue.SWEDISH ? figures.replace('.', ',') : figures;
    }

    private void step(String english, String swedish) {
        say("");
        line("@|bold " + english + "|@", "@|bold " + swedish + "|@");
    }

    private void line(String english, String swedish, Object... values) {
        say(console.styled(String.format(Locale.ROOT, new Wording(english, swedish).in(tongue), values)));
    }

    private void say(String text) {
        console.out().println(text);
    }
}
