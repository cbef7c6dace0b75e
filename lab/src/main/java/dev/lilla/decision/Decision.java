package dev.lilla.decision;

import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.PairedComparison;
import dev.lilla.evaluate.task.Example;
import dev.lilla.project.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Variants held against a goal and against each other, and the one that is recommended.
///
/// @param variants in the order in which they were made
/// @param frontier those that no other one beats
/// @param tests each variant against its parent, what was cut and healed against the same without a cut, and the models
///     as they were found against each other; corrected together (Holm)
public record Decision(
        Goal goal,
        List<JudgedVariant> variants,
        List<JudgedVariant> frontier,
        List<Comparison> tests,
        Prices prices,
        Choice choice) {
    public Decision {
        variants = List.copyOf(variants);
        frontier = List.copyOf(frontier);
        tests = List.copyOf(tests);
    }

    /// A variant with the result of its evaluation.
    public record Candidate(Variant variant, Result result) {}

    /// Decides.
    ///
    /// @throws IllegalArgumentException if there are no candidates, or they were evaluated on different examples
    public static Decision of(Goal goal, List<Candidate> candidates, Prices prices, Bootstrap bootstrap) {
        requireAlike(candidates);
        List<JudgedVariant> variants = candidates.stream()
                .map(candidate -> JudgedVariant.of(candidate.variant(), candidate.result(), goal, prices))
                .toList();
        return new Decision(
                goal,
                variants,
                Frontier.of(variants),
                tests(variants, bootstrap),
                prices,
                Choice.of(variants, goal.minimumQuality().isPresent(), bootstrap));
    }

    private static void requireAlike(List<Candidate> candidates) {
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to decide between: no variant was evaluated");
        }
        List<String> first = ids(candidates.getFirst());
        for (Candidate candidate : candidates) {
            if (!ids(candidate).equals(first)) {
                throw new IllegalArgumentException(candidate.variant().name() + " and "
                        + candidates.getFirst().variant().name()
                        + " were evaluated on different examples. Evaluate them again together.");
            }
        }
    }

    private static List<String> ids(Candidate candidate) {
        return candidate.result().scores().examples().stream().map(Example::id).toList();
    }

    private static List<Comparison> tests(List<JudgedVariant> variants, Bootstrap bootstrap) {
        List<Comparison> found = new ArrayList<>();
        for (int i = 0; i < variants.size(); i++) {
            JudgedVariant variant = variants.get(i);
            Optional<String> parent = variant.variant().parent();
            Predicate<JudgedVariant> isOpponent = parent.isPresent()
                    ? other -> other.name().equals(parent.get())
                    : other -> other.variant().parent().isEmpty();
            List<JudgedVariant> among = parent.isPresent() ? variants : variants.subList(0, i);
            among.stream().filter(isOpponent).forEach(other -> found.add(comparison(variant, other, bootstrap)));
            Optional<String> whole = variant.variant().whole();
            variants.stream()
                    .filter(other -> whole.filter(other.name()::equals).isPresent())
                    .forEach(other -> found.add(comparison(variant, other, bootstrap)));
        }
        return Comparison.corrected(found);
    }

    private static Comparison comparison(JudgedVariant one, JudgedVariant other, Bootstrap bootstrap) {
        return new Comparison(
                one.name(),
                other.name(),
                one.result().measured().getFirst().metric(),
                PairedComparison.of(one.tally(), other.tally(), bootstrap));
    }

    /// The recommended variant, or the nearest where none meets the goal.
    public JudgedVariant chosen() {
        return choice.chosen();
    }

    /// Whether any variant meets the goal.
    public boolean meetsGoal() {
        return choice.meetsGoal();
    }

    /// The test of a variant against its parent, if it has one that was evaluated.
    Optional<Comparison> testAgainstParent(JudgedVariant variant) {
        return tests.stream()
                .filter(test -> test.first().equals(variant.name())
                        && variant.variant()
                                .parent()
                                .filter(test.second()::equals)
                                .isPresent())
                .findFirst();
    }
}
