package dev.lilla.evaluate.statistics;

/// The standard normal distribution.
final class NormalDistribution {
    /// 97.5 % lie below.
    static final double TWO_SIDED_95 = 1.959963984540054;
    /// 80 % lie below.
    static final double POWER_80 = 0.8416212335729143;

    private NormalDistribution() {}
}
