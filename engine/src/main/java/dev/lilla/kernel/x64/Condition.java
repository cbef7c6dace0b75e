package dev.lilla.kernel.x64;

/// When a jump is taken, by the flags of the last comparison.
public enum Condition {
    /// Unsigned `<`.
    BELOW(0x2),
    /// Unsigned `>=`.
    ABOVE_OR_EQUAL(0x3),
    EQUAL(0x4),
    NOT_EQUAL(0x5),
    /// Unsigned `<=`.
    BELOW_OR_EQUAL(0x6),
    /// Unsigned `>`.
    ABOVE(0x7),
    NEGATIVE(0x8),
    /// Signed `<`.
    LESS(0xC),
    /// Signed `>=`.
    GREATER_OR_EQUAL(0xD),
    /// Signed `<=`.
    LESS_OR_EQUAL(0xE),
    /// Signed `>`.
    GREATER(0xF);

    private final int code;

    Condition(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
