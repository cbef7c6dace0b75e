package dev.lilla.demo;

/// How many of a group of answers were right.
///
/// @param what is counted: `exact`, or a part of the answer such as `category`
/// @param group where: task, split, and the kind of a question
public record Score(String group, String what, int correct, int total) {
    /// Of the normal distribution, for 95 %.
    private static final double Z = 1.959963984540054;

    public Score {
        if (correct < 0 || correct > total || total == 0) {
            throw new IllegalArgumentException(group + ", " + what + ": " + correct + " right of " + total);
        }
    }

    /// From 0 to 1.
    public double share() {
        return (double) correct / total;
    }

    /// Lower end of the 95 % interval (Wilson 1927).
    public double low() {
        return correct == 0 ? 0 : center() - halfWidth();
    }

    /// Upper end of the 95 % interval.
    public double high() {
        return correct == total ? 1 : center() + halfWidth();
    }

    private double center() {
        return (share() + Z * Z / (2 * total)) / (1 + Z * Z / total);
    }

    private double halfWidth() {
        double variance = share() * (1 - share()) / total + Z * Z / (4.0 * total * total);
        return Z * Math.sqrt(variance) / (1 + Z * Z / total);
    }
}
