package dev.lilla.evaluate.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// How ROUGE takes a text apart.
public enum RougeWords {
    /// Runs of a to z and 0 to 9, as published scores are made; å, ä, ö and every other script fall away.
    PARITY("", "[^a-z0-9]+"),
    /// The same, stems of words longer than three letters.
    STEMMED("_stemmed", "[^a-z0-9]+"),
    /// Runs of letters, marks and digits of all scripts: for every language but English.
    UNICODE("_unicode", "[^\\p{L}\\p{M}\\p{N}]+");

    private static final int STEMMED_OVER = 3;

    private final String suffix;
    private final Pattern between;

    RougeWords(String suffix, String between) {
        this.suffix = suffix;
        this.between = Pattern.compile(between);
    }

    String suffix() {
        return suffix;
    }

    List<String> of(String text) {
        List<String> words = new ArrayList<>();
        for (String word : between.split(text.toLowerCase(Locale.ROOT))) {
            if (!word.isEmpty()) {
                words.add(this == STEMMED && word.length() > STEMMED_OVER ? PorterStemmer.stem(word) : word);
            }
        }
        return words;
    }
}
