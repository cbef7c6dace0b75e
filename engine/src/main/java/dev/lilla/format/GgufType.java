package dev.lilla.format;

import java.util.Arrays;
import java.util.Optional;

/// The types of GGUF metadata values.
///
/// Source: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.
public enum GgufType {
    UINT8(0, 1),
    INT8(1, 1),
    UINT16(2, 2),
    INT16(3, 2),
    UINT32(4, 4),
    INT32(5, 4),
    FLOAT32(6, 4),
    BOOL(7, 1),
    STRING(8, 8),
    ARRAY(9, 12),
    UINT64(10, 8),
    INT64(11, 8),
    FLOAT64(12, 8);

    private final int number;
    private final int bytesMin;

    GgufType(int number, int bytesMin) {
        this.number = number;
        this.bytesMin = bytesMin;
    }

    /// What stands for the type in the file.
    int number() {
        return number;
    }

    static Optional<GgufType> ofNumber(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    /// The bytes of a value; of strings and arrays those of an empty one.
    int bytesMin() {
        return bytesMin;
    }

    /// Whether the values are whole numbers.
    public boolean isWhole() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }

    /// Whether the values are floating-point numbers.
    public boolean isReal() {
        return this == FLOAT32 || this == FLOAT64;
    }

    /// Whether a whole number can be stored; for [#UINT64] the number is taken as unsigned bits.
    boolean holds(long value) {
        return switch (this) {
            case UINT8 -> value >= 0 && value <= 0xFF;
            case INT8 -> value == (byte) value;
            case UINT16 -> value >= 0 && value <= 0xFFFF;
            case INT16 -> value == (short) value;
            case UINT32 -> value >= 0 && value <= 0xFFFF_FFFFL;
            case INT32 -> value == (int) value;
            case UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }
}
