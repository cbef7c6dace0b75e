package dev.lilla.optimize;

import dev.lilla.tensor.ElementType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What the weights of a converted model are stored as: one element type, or one of llama.cpp's mixtures of several.
///
/// Source of names and numbers: `enum llama_ftype` in `llama.h`; the numbers are those of `general.file_type`.
public enum ConversionType {
    F32(0, ElementType.F32),
    F16(1, ElementType.F16),
    BF16(32, ElementType.BF16),
    Q8_0(7, ElementType.Q8_0),
    Q4_0(2, ElementType.Q4_0),
    Q4_1(3, ElementType.Q4_1),
    Q5_0(8, ElementType.Q5_0),
    Q5_1(9, ElementType.Q5_1),
    Q2_K(10, ElementType.Q2_K),
    Q3_K_S(11, ElementType.Q3_K),
    Q3_K_M(12, ElementType.Q3_K),
    Q3_K_L(13, ElementType.Q3_K),
    Q4_K_S(14, ElementType.Q4_K),
    Q4_K_M(15, ElementType.Q4_K),
    Q5_K_S(16, ElementType.Q5_K),
    Q5_K_M(17, ElementType.Q5_K),
    Q6_K(18, ElementType.Q6_K),
    IQ4_NL(25, ElementType.IQ4_NL),
    IQ4_XS(30, ElementType.IQ4_XS);

    private final int fileType;
    private final ElementType elementType;

    ConversionType(int fileType, ElementType elementType) {
        this.fileType = fileType;
        this.elementType = elementType;
    }

    /// The number in `general.file_type`.
    public int fileType() {
        return fileType;
    }

    /// What most matrices are stored as.
    public ElementType elementType() {
        return elementType;
    }

    /// The name on the command line: `q4_k_m`.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The type of that name, whatever its case.
    ///
    /// @throws IllegalArgumentException if there is none
    public static ConversionType of(String label) {
        return find(label)
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no type " + label + " to convert to. There are: " + labels() + "."));
    }

    private static Optional<ConversionType> find(String label) {
        return Arrays.stream(values())
                .filter(type -> type.label().equals(label.toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    private static String labels() {
        return Arrays.stream(values()).map(ConversionType::label).collect(Collectors.joining(", "));
    }
}
