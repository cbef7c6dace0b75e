package dev.lilla.evaluate.statistics;

import java.util.OptionalLong;

/// How many examples a question needs.
public final class PowerEstimate {
    private PowerEstimate() {}

    /// Examples with which a paired test finds a difference of the observed size in 8 of 10 cases, at a level of 5 %:
    /// `((z_level + z_power) · deviation / difference)²`, with the deviation of the differences of single examples.
    ///
    /// @return empty if there is no difference, or if single examples have no value
    public static OptionalLong examples(Tally first, Tally second) {
        int count = first.examples();
        double[] gaps = new double[count];
        double mean = 0;
        for (int i = 0; i < count; i++) {
            if (first.example(i).isEmpty() || second.example(i).isEmpty()) {
                return OptionalLong.empty();
            }
            gaps[i] = first.example(i).getAsDouble() - second.example(i).getAsDouble();
            mean += gaps[i] / count;
        }
        double squares = 0;
        for (double gap : gaps) {
            squares += (gap - mean) * (gap - mean);
        }
        if (count < 2 || Math.abs(mean) < 1e-12) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(needed(Math.sqrt(squares / (count - 1)), mean));
    }

    /// @param deviation of the differences of single examples
    /// @param difference to be found, not 0
    public static long needed(double deviation, double difference) {
        double z = NormalDistribution.TWO_SIDED_95 + NormalDistribution.POWER_80;
        return Math.max(2, (long) Math.ceil(Math.pow(z * deviation / difference, 2)));
    }

    /// Examples with which a proportion is known to within `half` either way, were it as `share` says.
    public static long forProportion(double share, double half) {
        double z = NormalDistribution.TWO_SIDED_95;
        return (long) Math.ceil(z * z * Math.max(share * (1 - share), 1e-9) / (half * half));
    }
}
