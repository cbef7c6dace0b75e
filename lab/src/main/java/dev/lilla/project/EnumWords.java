package dev.lilla.project;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Constants by their words in a project file: `MACRO_F1` is `macro_f1`.
final class EnumWords {
    private EnumWords() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static List<String> of(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants()).map(EnumWords::of).toList();
    }

    /// @throws IllegalArgumentException if the type has no constant of that word
    static <E extends Enum<E>> E parse(Class<E> type, String word) {
        for (E constant : type.getEnumConstants()) {
            if (of(constant).equals(word.toLowerCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw new IllegalArgumentException("\"" + word + "\" is none of " + String.join(", ", of(type)));
    }
}
