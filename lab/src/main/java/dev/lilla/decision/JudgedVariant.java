package dev.lilla.decision;

import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.statistics.Tally;
import dev.lilla.project.Goal;
import java.util.List;

/// A variant with what it came to.
///
/// @param result under the name of the variant
/// @param criteria what the goal asks for, and whether it is met
public record JudgedVariant(Variant variant, Result result, Figures figures, List<Criterion> criteria) {
    public JudgedVariant {
        criteria = List.copyOf(criteria);
    }

    /// Holds a variant against a goal.
    public static JudgedVariant of(Variant variant, Result result, Goal goal, Prices prices) {
        Figures figures = Figures.of(result, prices);
        return new JudgedVariant(variant, result.named(variant.name()), figures, Criterion.of(goal, figures));
    }

    public String name() {
        return variant.name();
    }

    /// Whether nothing that the goal asks for is missed.
    public boolean meetsGoal() {
        return criteria.stream().noneMatch(criterion -> criterion.verdict() == Criterion.Verdict.FAILED);
    }

    /// Whether it also will be on other examples, as far as the intervals tell.
    boolean surelyMeetsGoal() {
        return criteria.stream().allMatch(criterion -> criterion.verdict() == Criterion.Verdict.MET);
    }

    double shortfall() {
        return criteria.stream().mapToDouble(Criterion::shortfall).sum();
    }

    /// What its quality was counted from.
    Tally tally() {
        return result.measured().getFirst().score().tally();
    }
}
