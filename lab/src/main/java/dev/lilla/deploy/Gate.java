package dev.lilla.deploy;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.CriterionWords;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.CriterionRecord;
import dev.lilla.decision.DecisionRecord.Overruling;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Lets a variant through to deployment if it met its goal, or if somebody overrules that by name and says why.
public final class Gate {
    private final DecisionRecord record;
    private final CriterionWords text;

    private Gate(DecisionRecord record) {
        this.record = record;
        this.text = CriterionWords.of(record, Tongue.ENGLISH);
    }

    /// What is let through.
    ///
    /// @param record with the overruling, if there is one
    /// @param missed what of the goal the variant missed, in words; only where it was overruled
    public record Admission(VariantRecord variant, DecisionRecord record, List<String> missed) {
        public Admission {
            missed = List.copyOf(missed);
        }
    }

    /// The gate of a project.
    ///
    /// @throws IllegalArgumentException if the record decides for another project, or another goal than it has now
    public static Gate of(Project project, DecisionRecord record) {
        if (!project.name().equals(record.project())) {
            throw new IllegalArgumentException("the decision is that of the project \"" + record.project()
                    + "\", and this is \"" + project.name() + "\". Give its own with --decision, or decide: \"lilla"
                    + " optimize\".");
        }
        List<String> changes = GoalChanges.between(project, record);
        if (!changes.isEmpty()) {
            throw new IllegalArgumentException(project.file() + ": the goal has changed since the decision of "
                    + record.created() + ":\n  " + String.join("\n  ", changes)
                    + "\nDecide again with \"lilla optimize\", which measures nothing twice, or take the change back.");
        }
        return new Gate(record);
    }

    /// Lets a variant through, or does not.
    ///
    /// @param name of the variant; the recommended one if empty
    /// @param reason for which it is deployed though it missed the goal; needs its name
    /// @throws IllegalArgumentException if there is no such variant, or it missed the goal and is not overruled
    public Admission admit(Optional<String> name, Optional<String> reason) {
        if (reason.isPresent() && (name.isEmpty() || reason.get().isBlank())) {
            throw new IllegalArgumentException(
                    "to overrule the gate, name the variant and give a reason: --variant NAME --despite \"REASON\".");
        }
        VariantRecord variant = variant(name.orElse(record.choice().variant()));
        if (variant.host().isPresent()) {
            throw new IllegalArgumentException(elsewhere(variant, variant.host().get()));
        }
        List<CriterionRecord> missed = variant.criteria().stream()
                .filter(criterion -> criterion.verdict() == Criterion.Verdict.FAILED)
                .toList();
        if (variant.meetsGoal() && missed.isEmpty()) {
            return new Admission(variant, record, List.of());
        }
        if (reason.isEmpty()) {
            throw new IllegalArgumentException(refusal(variant, missed));
        }
        List<String> words = missed.stream().map(text::missed).toList();
        Overruling overruling = new Overruling(
                variant.name(),
                words,
                reason.get().strip(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        return new Admission(variant, record.with(overruling), words);
    }

    private VariantRecord variant(String name) {
        return record.variant(name)
                .orElseThrow(() ->
                        new IllegalArgumentException("the decision knows no variant \"" + name + "\". It has: "
                                + record.variants().stream()
                                        .map(variant -> "\"" + variant.name() + "\"")
                                        .collect(Collectors.joining(", "))
                                + "."));
    }

    /// A deployment is a folder with a model.
    private String elsewhere(VariantRecord variant, String host) {
        String words = "\"" + variant.name() + "\" answers at " + host
                + ", so there is nothing to deploy: a deployment serves a model on a machine of yours. ";
        return record.variants().stream()
                .filter(other -> other.host().isEmpty() && other.meetsGoal())
                .max(Comparator.comparingDouble(other -> other.quality().value()))
                .map(other -> words + "The best that meets the goal and can be deployed is \"" + other.name()
                        + "\": --variant \"" + other.name() + "\".")
                .orElse(words + "No variant that can be deployed meets the goal.");
    }

    private String refusal(VariantRecord variant, List<CriterionRecord> missed) {
        StringBuilder words = new StringBuilder("\"" + variant.name() + "\" missed the goal and is not deployed.");
        missed.forEach(
                criterion -> words.append("\n  ").append(text.missed(criterion)).append('.'));
        words.append("\n").append(wayOut(variant));
        words.append("\nTo deploy it all the same, name it and say why, which the record keeps: --variant \"")
                .append(variant.name())
                .append("\" --despite \"REASON\".");
        return words.toString();
    }

    /// What would pass instead.
    private String wayOut(VariantRecord refused) {
        VariantRecord chosen = variant(record.choice().variant());
        if (chosen.meetsGoal() && chosen.host().isPresent()) {
            return "\"" + chosen.name() + "\" meets it and is recommended, and answers at "
                    + chosen.host().get() + ", so it cannot be deployed.";
        }
        if (chosen.meetsGoal()) {
            return "\"" + chosen.name() + "\" meets it and is recommended: leave --variant out.";
        }
        return chosen.name().equals(refused.name())
                ? "No variant meets it, and this one is the nearest. Give optimization.budget more time, allow larger"
                        + " candidates, or lower the goal."
                : "No variant meets it; the nearest is \"" + chosen.name() + "\".";
    }
}
