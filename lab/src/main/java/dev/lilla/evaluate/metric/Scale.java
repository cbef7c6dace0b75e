package dev.lilla.evaluate.metric;

/// How a score is read.
public enum Scale {
    /// From 0 to 1, shown in percent; higher is better.
    SHARE(true),
    /// From 0 to 1, shown as it is; lower is better.
    ERROR(false),
    /// From 0 to 100; higher is better.
    HUNDRED(true),
    /// From -1 to 1; higher is better.
    CORRELATION(true),
    /// Above 0 with no end; lower is better.
    LOSS(false);

    private final boolean isHigherBetter;

    Scale(boolean isHigherBetter) {
        this.isHigherBetter = isHigherBetter;
    }

    public boolean isHigherBetter() {
        return isHigherBetter;
    }

    /// What a value is divided by to lie as in goals: between 0 and 1 where it has two bounds.
    public double unit() {
        return this == HUNDRED ? 100 : 1;
    }
}
