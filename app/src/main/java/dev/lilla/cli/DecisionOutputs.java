package dev.lilla.cli;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.Decision;
import dev.lilla.decision.DecisionPage;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.Examples;
import dev.lilla.decision.DecisionRecord.Machine;
import dev.lilla.decision.DecisionRecords;
import dev.lilla.decision.DecisionWords;
import dev.lilla.decision.Figures;
import dev.lilla.decision.JudgedVariant;
import dev.lilla.kernel.MachineMemory;
import dev.lilla.kernel.ProcessorFacts;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import dev.lilla.search.Search.Outcome.Decided;
import java.nio.file.Path;
import java.util.List;

/// A decision in files and on the terminal.
///
/// @param folder where it is written
record DecisionOutputs(Console console, Project project, Path folder, Tongue tongue) {
    static final String REPORT = "report.html";

    /// Writes the record and the page.
    DecisionRecord write(Decided decided, List<String> notes) {
        Decision decision = decided.decision();
        Examples data = new Examples(
                decided.parts().train().rows(),
                decided.parts().validation().rows(),
                decided.parts().test().rows(),
                decided.parts().test().digest());
        DecisionRecord record = new DecisionRecords(
                        folder, "lilla " + Lilla.Version.text(), machine(decision), data, decided.baselines())
                .of(project, decision, new DecisionWords(decision, tongue));
        record.write(folder.resolve(DecisionRecord.FILE_NAME));
        new DecisionPage(project, decision, decided.baselines(), notes, tongue).write(folder.resolve(REPORT));
        return record;
    }

    private static Machine machine(Decision decision) {
        return new Machine(
                ProcessorFacts.read().model(),
                Runtime.getRuntime().availableProcessors(),
                MachineMemory.here().totalBytes(),
                decision.variants().stream()
                        .filter(variant -> variant.figures().elsewhere().isEmpty())
                        .findFirst()
                        .map(variant -> variant.result().protocol().facts().getOrDefault("engine.backend", ""))
                        .orElse(""));
    }

    /// The table of variants and the recommendation.
    void print(Decided decided) {
        Decision decision = decided.decision();
        DecisionWords words = new DecisionWords(decision, tongue);
        Table table = new Table(
                "",
                "VARIANT",
                ">" + words.metric(),
                ">" + say("ANSWER P95", "SVAR P95"),
                ">" + say("MEMORY", "MINNE"),
                ">DISK",
                ">" + say("1,000 ANSWERS", "1 000 SVAR"),
                say("GOAL", "MÅL"));
        for (JudgedVariant variant : decision.variants()) {
            Figures figures = variant.figures();
            table.row(
                    variant.name().equals(decision.chosen().name())
                            ? ">"
                            : decision.frontier().contains(variant) ? "*" : "",
                    variant.name(),
                    words.withInterval(variant),
                    words.amount(Criterion.Kind.LATENCY_P95, figures.answerP95()),
                    figures.memoryBytes().isPresent()
                            ? words.amount(
                                    Criterion.Kind.MEMORY, figures.memoryBytes().getAsLong())
                            : words.here(figures, Criterion.Kind.MEMORY),
                    figures.elsewhere().isPresent()
                            ? words.here(figures, Criterion.Kind.DISK)
                            : words.amount(Criterion.Kind.DISK, figures.diskBytes()),
                    words.amount(Criterion.Kind.COST_PER_1000, figures.costPer1000()),
                    variant.meetsGoal() ? say("met", "nått") : say("missed", "missat"));
        }
        console.out().println();
        table.print(console.out());
        decided.baselines()
                .forEach(baseline ->
                        console.out().println("   " + baseline.name() + ": " + words.withInterval(baseline.quality())));
        console.out()
                .println(
                        decision.meetsGoal()
                                ? say(
                                        "> recommended  * no other variant beats it",
                                        "> rekommenderas  * ingen annan variant slår den")
                                : say(
                                        "> nearest to the goal  * no other variant beats it",
                                        "> närmast målet  * ingen annan variant slår den"));
        console.out().println();
        console.out().println(console.styled("@|bold " + words.verdict() + "|@"));
        words.reasons().forEach(reason -> console.out().println("  " + reason));
        words.givenUp().forEach(reason -> console.out().println("  " + reason));
        words.certainty(decided.baselines()).forEach(reason -> console.out().println("  " + reason));
        console.out().println();
        console.out().println(say("decision  ", "beslut    ") + folder.resolve(DecisionRecord.FILE_NAME));
        console.out().println(say("report    ", "rapport   ") + folder.resolve(REPORT));
    }

    private String say(String english, String swedish) {
        return new Wording(english, swedish).in(tongue);
    }
}
