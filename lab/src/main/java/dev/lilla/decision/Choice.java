package dev.lilla.decision;

import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.statistics.PairedComparison;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The variant that is recommended, and beside which.
///
/// @param chosen the recommended one, or the nearest where none meets the goal
/// @param best of those that meet the goal (of all, where none does) the one of the highest quality; may be the chosen
/// @param loss how far the best is ahead of the chosen, in quality; empty where they are the same
/// @param reason why it is the chosen one
public record Choice(JudgedVariant chosen, JudgedVariant best, Optional<PairedComparison> loss, Reason reason) {
    /// A variant that takes less is preferred where it surely loses no more quality than this, 0 to 1.
    public static final double MARGIN = 0.02;

    /// A variant that takes nearly as much is not worth a loss, however small.
    private static final double LESS = 0.97;

    /// Why a variant is chosen.
    public enum Reason {
        /// It has the highest quality of those that meet the goal, and none that takes less comes close enough.
        BEST,
        /// It takes less, and surely loses no more than [#MARGIN].
        AS_GOOD,
        /// It takes less, and surely meets all that the goal asks for.
        SURELY_ENOUGH,
        /// None meets the goal; this one misses it by least.
        NEAREST
    }

    /// Chooses by rules that are the same for everyone.
    ///
    /// @param variants at least one, all evaluated on the same examples
    /// @param hasMinimum whether the goal names a quality that is enough
    static Choice of(List<JudgedVariant> variants, boolean hasMinimum, Bootstrap bootstrap) {
        List<JudgedVariant> fitting =
                variants.stream().filter(JudgedVariant::meetsGoal).toList();
        if (fitting.isEmpty()) {
            JudgedVariant nearest = variants.stream()
                    .min(Comparator.comparingDouble(JudgedVariant::shortfall)
                            .thenComparing(byQuality().reversed()))
                    .orElseThrow();
            JudgedVariant best = variants.stream().max(byQuality()).orElseThrow();
            return new Choice(nearest, best, loss(best, nearest, bootstrap), Reason.NEAREST);
        }
        JudgedVariant best = fitting.stream().max(byQuality()).orElseThrow();
        Choice choice = new Choice(best, best, Optional.empty(), Reason.BEST);
        double burden = LESS;
        for (JudgedVariant variant : fitting) {
            double takes = variant.figures().burden(best.figures());
            if (variant.name().equals(best.name()) || takes >= burden) {
                continue;
            }
            Optional<PairedComparison> loss = loss(best, variant, bootstrap);
            boolean isAsGood = loss.orElseThrow().interval().high() / unit(best) <= MARGIN;
            if (isAsGood || (hasMinimum && variant.surelyMeetsGoal())) {
                choice = new Choice(variant, best, loss, isAsGood ? Reason.AS_GOOD : Reason.SURELY_ENOUGH);
                burden = takes;
            }
        }
        return choice;
    }

    /// By quality; of equals that which takes less is higher.
    private static Comparator<JudgedVariant> byQuality() {
        return Comparator.<JudgedVariant>comparingDouble(
                        variant -> variant.figures().quality())
                .thenComparing(Comparator.<JudgedVariant>comparingDouble(
                                variant -> variant.figures().answerP50())
                        .reversed());
    }

    private static Optional<PairedComparison> loss(JudgedVariant best, JudgedVariant chosen, Bootstrap bootstrap) {
        return best.name().equals(chosen.name())
                ? Optional.empty()
                : Optional.of(PairedComparison.of(best.tally(), chosen.tally(), bootstrap));
    }

    private static double unit(JudgedVariant variant) {
        return variant.result().measured().getFirst().score().scale().unit();
    }

    public boolean meetsGoal() {
        return reason != Reason.NEAREST;
    }
}
