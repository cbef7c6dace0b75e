package dev.lilla.tokenizer;

import java.text.Normalizer;

/// Unicode normalization forms of a text a stranger wrote.
final class UnicodeNormalization {
    private UnicodeNormalization() {}

    static String apply(String text, Normalizer.Form form) {
        return Normalizer.isNormalized(text, form) ? text : Normalizer.normalize(text, form);
    }
}
