package dev.lilla.decision;

import java.util.List;

/// The variants that no other one beats.
final class Frontier {
    private Frontier() {}

    /// Those to which no other is as good in quality, time, memory, disk and cost, and better in one of them.
    /// Between a model here and one elsewhere memory and disk say nothing; that texts stay in the house is worth
    /// more than any of them.
    static List<JudgedVariant> of(List<JudgedVariant> variants) {
        return variants.stream()
                .filter(variant -> variants.stream().noneMatch(other -> dominates(other.figures(), variant.figures())))
                .toList();
    }

    private static boolean dominates(Figures other, Figures one) {
        if (other.elsewhere().isPresent() && one.elsewhere().isEmpty()) {
            return false;
        }
        boolean isAtHome = other.elsewhere().isEmpty() && one.elsewhere().isPresent();
        double[] gains = {
            other.quality() - one.quality(),
            one.answerP50() - other.answerP50(),
            isAtHome ? 0 : one.memoryBytes().orElse(0) - other.memoryBytes().orElse(0),
            isAtHome ? 0 : one.diskBytes() - other.diskBytes(),
            one.costPer1000() - other.costPer1000()
        };
        boolean isBetter = isAtHome;
        for (double gain : gains) {
            if (gain < 0) {
                return false;
            }
            isBetter |= gain > 0;
        }
        return isBetter;
    }
}
