package dev.lilla.optimize;

import dev.lilla.tensor.ElementType;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// A type that the user chose for some tensors.
///
/// @param pattern the name of a tensor as in GGUF, with or without `.weight`; `*` stands for any characters
public record TypeOverride(String pattern, ElementType type) {
    private static final String WEIGHT = ".weight";

    /// An override as written on the command line: `blk.*.ffn_down=q6_k`.
    ///
    /// @throws IllegalArgumentException if it has another form, or there is no such type
    public static TypeOverride parse(String text) {
        int equals = text.lastIndexOf('=');
        if (equals < 1) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" chooses no type, expected PATTERN=TYPE, such as blk.*.ffn_down=q6_k");
        }
        return new TypeOverride(text.substring(0, equals), type(text.substring(equals + 1)));
    }

    private static ElementType type(String label) {
        return Arrays.stream(ElementType.values())
                .filter(TypeOverride::isStorable)
                .filter(type -> type.name().equals(label.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no type " + label + " of tensors. There are: "
                        + Arrays.stream(ElementType.values())
                                .filter(TypeOverride::isStorable)
                                .map(type -> type.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))
                        + "."));
    }

    private static boolean isStorable(ElementType type) {
        return type.isReal() && type != ElementType.F64;
    }

    boolean matches(String name) {
        String bare = name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
        return isMatch(name) || isMatch(bare);
    }

    private boolean isMatch(String name) {
        String regex =
                Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
        return name.matches(regex);
    }
}
