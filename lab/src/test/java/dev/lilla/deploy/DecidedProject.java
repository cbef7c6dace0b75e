package dev.lilla.deploy;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.AskedFor;
import dev.lilla.decision.DecisionRecord.ChoiceRecord;
import dev.lilla.decision.DecisionRecord.CriterionRecord;
import dev.lilla.decision.DecisionRecord.Examples;
import dev.lilla.decision.DecisionRecord.Machine;
import dev.lilla.decision.DecisionRecord.PriceBasis;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.evaluate.run.LocalSubject;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// A project in a folder with a decision between two variants, `good` that meets the goal and `small` that
/// misses it, both with the weights of the smaller demo model.
final class DecidedProject {
    static final double MINIMUM = 0.8;

    private static final Path MODEL =
            Path.of("..", "models", "lilla-demo-s.gguf").toAbsolutePath().normalize();
    private static final long MEMORY = 700_000_000;

    private final Path folder;
    private final String name;

    private DecidedProject(Path folder, String name) {
        this.folder = folder;
        this.name = name;
    }

    static DecidedProject in(Path folder) throws IOException {
        return in(folder, "Kvitto ärenden");
    }

    static DecidedProject in(Path folder, String name) throws IOException {
        DecidedProject made = new DecidedProject(folder, name);
        Files.createDirectories(made.decision().resolve("variants"));
        Files.copy(MODEL, made.decision().resolve("variants/good.gguf"));
        Files.copy(MODEL, made.decision().resolve("variants/small.gguf"));
        made.write("");
        return made;
    }

    /// Writes the project file.
    ///
    /// @param more lines at its end
    void write(String more) throws IOException {
        Files.writeString(folder.resolve("tickets.csv"), "input,output\ncard lost,card\n");
        Files.writeString(folder.resolve("lilla.yaml"), """
                name: %s
                goal:
                  task: classify
                  labels: [card, login]
                  minimum_quality: %s
                  latency_p95: 2s
                data:
                  test: tickets.csv
                %s
                """.formatted(name, MINIMUM, more));
    }

    Project project() {
        return Project.read(folder.resolve("lilla.yaml"));
    }

    Path decision() {
        return folder.resolve("decision");
    }

    String digest() {
        try (ModelDescription description = ModelDescription.open(MODEL, LoadOptions.DEFAULT)) {
            return LocalSubject.digest(description);
        }
    }

    DecisionRecord record() {
        return record("good");
    }

    /// @param chosen the variant that is recommended, or the nearest
    DecisionRecord record(String chosen) {
        return record(chosen, Map.of("shots", "0"));
    }

    /// @param protocol facts of its evaluations
    DecisionRecord record(Map<String, String> protocol) {
        return record("good", protocol);
    }

    private DecisionRecord record(String chosen, Map<String, String> protocol) {
        List<VariantRecord> variants = new ArrayList<>();
        if (chosen.equals("good")) {
            variants.add(variant("good", 0.9));
        }
        variants.add(variant("small", 0.7));
        return new DecisionRecord(
                DecisionRecord.FORMAT,
                name,
                "2026-03-01T12:00:00Z",
                "lilla test",
                new Machine("a processor", 4, 16_000_000_000L, "avx2"),
                new AskedFor(
                        "classify",
                        "f1_macro",
                        List.of(
                                new DecisionRecord.Asked(Criterion.Kind.QUALITY, MINIMUM),
                                new DecisionRecord.Asked(Criterion.Kind.LATENCY_P95, 2000))),
                new Examples(300, 30, 100, "abc"),
                protocol,
                variants,
                List.of(),
                List.of(),
                new ChoiceRecord(
                        chosen, chosen.equals("good"), chosen + " is it.", List.of("why"), List.of(), List.of()),
                new PriceBasis("EUR", "2026-01-01", true),
                List.of());
    }

    private VariantRecord variant(String variant, double quality) {
        boolean meets = quality >= MINIMUM;
        return new VariantRecord(
                variant,
                "variants/" + variant + ".gguf",
                digest(),
                List.of(),
                Optional.empty(),
                new Quality(quality, quality - 0.05, quality + 0.04),
                12,
                20,
                OptionalDouble.of(900),
                OptionalLong.of(MEMORY),
                Optional.empty(),
                1_900_000,
                0.001,
                List.of(
                        new CriterionRecord(
                                Criterion.Kind.QUALITY,
                                MINIMUM,
                                quality,
                                meets ? Criterion.Verdict.MET : Criterion.Verdict.FAILED),
                        new CriterionRecord(Criterion.Kind.LATENCY_P95, 2000, 20, Criterion.Verdict.MET)),
                meets,
                true,
                Optional.empty());
    }
}
