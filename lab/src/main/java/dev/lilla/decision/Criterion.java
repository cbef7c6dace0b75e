package dev.lilla.decision;

import dev.lilla.project.Goal;
import dev.lilla.project.Limits;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// One thing that a goal asks for, and what was found.
///
/// @param limit in the unit of its kind
/// @param found in the same unit
public record Criterion(Kind kind, double limit, double found, Verdict verdict) {
    /// What is asked for.
    public enum Kind {
        /// 0 to 1, at least.
        QUALITY,
        /// Milliseconds, at most.
        LATENCY_P95,
        /// Bytes, at most.
        MEMORY,
        /// Bytes, at most.
        DISK,
        /// In the currency of the price file, at most.
        COST_PER_1000
    }

    /// Whether it is met.
    public enum Verdict {
        MET,
        /// It is met on these examples, and the interval reaches below the limit: others may tell otherwise.
        UNSETTLED,
        FAILED
    }

    /// All that a goal asks for, each in the unit of its kind.
    public static Map<Kind, Double> limits(Goal goal) {
        Map<Kind, Double> limits = new EnumMap<>(Kind.class);
        goal.minimumQuality().ifPresent(limit -> limits.put(Kind.QUALITY, limit));
        Limits asked = goal.limits();
        asked.latencyP95().ifPresent(limit -> limits.put(Kind.LATENCY_P95, limit.toNanos() / 1e6));
        asked.memoryBytes().ifPresent(limit -> limits.put(Kind.MEMORY, (double) limit));
        asked.diskBytes().ifPresent(limit -> limits.put(Kind.DISK, (double) limit));
        asked.costPer1000().ifPresent(limit -> limits.put(Kind.COST_PER_1000, limit));
        return limits;
    }

    /// All that a goal asks of a variant. A limit on something that this system does not measure is left out.
    public static List<Criterion> of(Goal goal, Figures figures) {
        List<Criterion> criteria = new ArrayList<>();
        limits(goal)
                .forEach((kind, limit) -> figures.found(kind)
                        .ifPresent(found -> criteria.add(
                                kind == Kind.QUALITY ? quality(limit, figures) : atMost(kind, limit, found))));
        return List.copyOf(criteria);
    }

    private static Criterion quality(double limit, Figures figures) {
        Verdict verdict =
                figures.quality() < limit ? Verdict.FAILED : figures.low() < limit ? Verdict.UNSETTLED : Verdict.MET;
        return new Criterion(Kind.QUALITY, limit, figures.quality(), verdict);
    }

    private static Criterion atMost(Kind kind, double limit, double found) {
        return new Criterion(kind, limit, found, found <= limit ? Verdict.MET : Verdict.FAILED);
    }

    /// How far it is from being met, as a part of the limit; 0 where it is.
    double shortfall() {
        if (verdict != Verdict.FAILED) {
            return 0;
        }
        double gap = kind == Kind.QUALITY ? limit - found : found - limit;
        return limit > 0 ? gap / limit : gap;
    }
}
