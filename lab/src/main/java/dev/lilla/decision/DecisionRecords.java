package dev.lilla.decision;

import dev.lilla.decision.DecisionRecord.AskedFor;
import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.decision.DecisionRecord.ChoiceRecord;
import dev.lilla.decision.DecisionRecord.CriterionRecord;
import dev.lilla.decision.DecisionRecord.Examples;
import dev.lilla.decision.DecisionRecord.Machine;
import dev.lilla.decision.DecisionRecord.PriceBasis;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.decision.DecisionRecord.TestRecord;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Elsewhere;
import dev.lilla.evaluate.statistics.PairedComparison;
import dev.lilla.project.Project;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// Makes records of decisions.
///
/// @param folder where the record will be; paths in it begin here
/// @param program that decided, with its version
public record DecisionRecords(Path folder, String program, Machine machine, Examples data, List<Baseline> baselines) {
    public DecisionRecords {
        baselines = List.copyOf(baselines);
    }

    /// The record of a decision.
    public DecisionRecord of(Project project, Decision decision, DecisionWords words) {
        return new DecisionRecord(
                DecisionRecord.FORMAT,
                project.name(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                program,
                machine,
                new AskedFor(
                        project.goal().task().label(),
                        decision.chosen().result().measured().getFirst().metric(),
                        askedFor(decision)),
                data,
                decision.chosen().result().protocol().facts(),
                decision.variants().stream()
                        .map(variant -> variant(decision, variant))
                        .toList(),
                decision.tests().stream().map(test -> test(decision, test)).toList(),
                baselines,
                new ChoiceRecord(
                        decision.chosen().name(),
                        decision.meetsGoal(),
                        words.verdict(),
                        words.reasons(),
                        words.givenUp(),
                        words.certainty(baselines)),
                new PriceBasis(
                        decision.prices().currency(),
                        decision.prices().date(),
                        decision.prices().isDefault()),
                List.of());
    }

    /// What the goal asks of variants; of those elsewhere it asks for less.
    private static List<DecisionRecord.Asked> askedFor(Decision decision) {
        return decision.variants().stream()
                .flatMap(variant -> variant.criteria().stream())
                .map(criterion -> new DecisionRecord.Asked(criterion.kind(), criterion.limit()))
                .distinct()
                .sorted(Comparator.comparing(DecisionRecord.Asked::kind))
                .toList();
    }

    private VariantRecord variant(Decision decision, JudgedVariant judged) {
        Figures figures = judged.figures();
        return new VariantRecord(
                judged.name(),
                judged.variant().weights().map(this::relative).orElse(""),
                judged.result().digest(),
                judged.variant().made(),
                judged.variant().parent(),
                new Quality(figures.quality(), figures.low(), figures.high()),
                figures.answerP50(),
                figures.answerP95(),
                Double.isNaN(figures.tokensPerSecond())
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(figures.tokensPerSecond()),
                figures.memoryBytes(),
                figures.memoryBytes().isPresent()
                        ? Optional.of(judged.result().efficiency().memoryBasis())
                        : Optional.empty(),
                figures.diskBytes(),
                figures.costPer1000(),
                judged.criteria().stream()
                        .map(criterion -> new CriterionRecord(
                                criterion.kind(), criterion.limit(), criterion.found(), criterion.verdict()))
                        .toList(),
                judged.meetsGoal(),
                decision.frontier().contains(judged),
                figures.elsewhere().map(Elsewhere::host));
    }

    private String relative(Path file) {
        Path home = folder.toAbsolutePath().normalize();
        Path found = file.toAbsolutePath().normalize();
        return (found.startsWith(home) ? home.relativize(found) : found).toString();
    }

    private static TestRecord test(Decision decision, Comparison test) {
        PairedComparison paired = test.paired();
        double unit =
                decision.chosen().result().measured().getFirst().score().scale().unit();
        return new TestRecord(
                test.first(),
                test.second(),
                paired.difference() / unit,
                paired.interval().low() / unit,
                paired.interval().high() / unit,
                paired.test(),
                paired.pValue(),
                paired.isSignificant());
    }
}
