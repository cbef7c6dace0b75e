package dev.lilla.deploy;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.DecisionRecord.CriterionRecord;
import dev.lilla.decision.DecisionRecord.Quality;
import dev.lilla.decision.DecisionRecord.VariantRecord;
import dev.lilla.decision.Figures;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.statistics.DifferenceInterval;
import dev.lilla.evaluate.statistics.Interval;
import dev.lilla.evaluate.statistics.Wilson;
import dev.lilla.evaluate.task.Outcome;
import java.util.List;

/// What a deployed variant promised, held against a new evaluation.
///
/// To say that a promise is broken takes evidence: a few unlucky examples leave a criterion unsettled.
///
/// @param promised by the decision
/// @param now what it comes to
/// @param drop how far quality is below what was promised, with a 95 % interval
/// @param criteria what the goal asks for
public record PromiseCheck(VariantRecord promised, Figures now, Drop drop, List<Held> criteria, Result result) {
    /// An answer may take longer than the limit, one in twenty.
    private static final double SHARE_IN_TIME = 0.95;

    public PromiseCheck {
        criteria = List.copyOf(criteria);
    }

    /// How far quality is below the promise, 0 to 1.
    public record Drop(double value, Interval interval) {
        /// Whether it is more than chance explains: at most one in forty checks says so where nothing has changed.
        public boolean isSignificant() {
            return interval.low() > 0;
        }
    }

    /// One thing that the goal asks for.
    ///
    /// @param limit in the unit of its kind
    /// @param before what the decision found
    /// @param found now
    public record Held(Criterion.Kind kind, double limit, double before, double found, Standing standing) {}

    /// Holds a result against what was promised.
    public static PromiseCheck of(VariantRecord promised, Result result, Prices prices) {
        Figures now = Figures.of(result, prices);
        return new PromiseCheck(
                promised,
                now,
                drop(promised.quality(), now),
                promised.criteria().stream()
                        .filter(criterion -> now.found(criterion.kind()).isPresent())
                        .map(criterion -> held(criterion, now, result))
                        .toList(),
                result);
    }

    private static Drop drop(Quality before, Figures now) {
        Interval then = spanning(before.value(), before.low(), before.high());
        Interval fresh = spanning(now.quality(), now.low(), now.high());
        return new Drop(
                before.value() - now.quality(), DifferenceInterval.of(before.value(), then, now.quality(), fresh));
    }

    /// Resampling may leave a value of a whole set, as F1, just outside of its interval.
    private static Interval spanning(double value, double low, double high) {
        return new Interval(Math.min(low, value), Math.max(high, value), "as recorded");
    }

    private static Held held(CriterionRecord criterion, Figures now, Result result) {
        double found = now.found(criterion.kind()).orElseThrow();
        Standing standing = criterion.verdict() == Criterion.Verdict.FAILED
                ? Standing.NOT_PROMISED
                : switch (criterion.kind()) {
                    case QUALITY -> quality(criterion.limit(), now);
                    case LATENCY_P95 -> found <= criterion.limit() ? Standing.MET : late(criterion.limit(), result);
                    case MEMORY, DISK, COST_PER_1000 -> found <= criterion.limit() ? Standing.MET : Standing.MISSED;
                };
        return new Held(criterion.kind(), criterion.limit(), criterion.found(), found, standing);
    }

    private static Standing quality(double limit, Figures now) {
        if (now.low() >= limit) {
            return Standing.MET;
        }
        return now.high() < limit ? Standing.MISSED : Standing.UNSETTLED;
    }

    /// Of the answers that had the machine to themselves, so many came in time that 95 of 100 may do, or did not.
    private static Standing late(double limitMillis, Result result) {
        List<Outcome.Cost> all =
                result.scores().allOutcomes().stream().map(Outcome::cost).toList();
        List<Outcome.Cost> alone = all.stream().filter(Outcome.Cost::isAlone).toList();
        List<Outcome.Cost> timed = alone.isEmpty() ? all : alone;
        long inTime = timed.stream()
                .filter(cost -> cost.totalNanos() <= limitMillis * 1e6)
                .count();
        return Wilson.interval(inTime, timed.size()).high() < SHARE_IN_TIME ? Standing.MISSED : Standing.UNSETTLED;
    }

    /// Whether nothing says that the promise is broken.
    public boolean holds() {
        return !drop.isSignificant() && criteria.stream().noneMatch(held -> held.standing() == Standing.MISSED);
    }

    /// Examples that were evaluated.
    public int examples() {
        return result.scores().examples().size();
    }
}
