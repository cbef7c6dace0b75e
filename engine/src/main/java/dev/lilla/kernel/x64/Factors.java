package dev.lilla.kernel.x64;

/// The numbers that a [MatrixProduct] multiplies, as they lie in packed panels. Sums are f32 in either case.
public enum Factors {
    /// One f32 a step of k.
    F32(1),
    /// Two neighbors along k of bf16 in one word of 32 bits, the first in its lower half.
    BF16(2);

    private final int columns;

    Factors(int columns) {
        this.columns = columns;
    }

    /// Elements along k in a word of 32 bits, which is what one step multiplies.
    public int columns() {
        return columns;
    }

    /// Words that `count` elements along k take.
    public int steps(int count) {
        return Math.ceilDiv(count, columns);
    }
}
