package dev.lilla.tensor;

/// How the elements of a tensor are stored.
///
/// Quantized types store blocks of 32 or 256 elements with shared scales, in the layouts of ggml
/// (`ggml-common.h`); every other type is a block of one element.
public enum ElementType {
    F64(1, 8),
    F32(1, 4),
    F16(1, 2),
    BF16(1, 2),
    I64(1, 8),
    I32(1, 4),
    I16(1, 2),
    I8(1, 1),
    U8(1, 1),
    BOOL(1, 1),
    Q4_0(32, 18),
    Q4_1(32, 20),
    Q5_0(32, 22),
    Q5_1(32, 24),
    Q8_0(32, 34),
    Q2_K(256, 84),
    Q3_K(256, 110),
    Q4_K(256, 144),
    Q5_K(256, 176),
    Q6_K(256, 210),
    IQ4_NL(32, 18),
    IQ4_XS(256, 136);

    private final int blockElements;
    private final int blockBytes;

    ElementType(int blockElements, int blockBytes) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /// Elements in one block: 1, 32 or 256.
    public int blockElements() {
        return blockElements;
    }

    /// Bytes of one block.
    public int blockBytes() {
        return blockBytes;
    }

    public boolean isQuantized() {
        return blockElements > 1;
    }

    /// Whether the elements are real numbers, so that a model can compute with them.
    public boolean isReal() {
        return switch (this) {
            case I64, I32, I16, I8, U8, BOOL -> false;
            case F64, F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS ->
                true;
        };
    }

    /// Bytes that `elements` elements take.
    ///
    /// @throws IllegalArgumentException if `elements` is negative or no whole number of blocks
    /// @throws ArithmeticException if the size exceeds a long
    public long byteSize(long elements) {
        if (elements < 0 || elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    elements + " elements are no whole number of " + this + " blocks of " + blockElements);
        }
        return Math.multiplyExact(elements / blockElements, blockBytes);
    }
}
