package dev.lilla.evaluate.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Text taken apart as Python does it, since the reference implementations are written in it.
final class Texts {
    /// `string.punctuation`.
    static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// What `str.split()` splits at: Unicode's white space, and the four separators of ASCII.
    private static final Pattern WHITE_SPACE = Pattern.compile("[\\p{IsWhite_Space}\\x1c-\\x1f]+");

    private Texts() {}

    /// `text.split()`.
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : WHITE_SPACE.split(text)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /// `"".join(text.split())`.
    static String withoutWhiteSpace(String text) {
        return WHITE_SPACE.matcher(text).replaceAll("");
    }

    /// `text.rstrip()`.
    static String withoutTail(String text) {
        int end = text.length();
        while (end > 0 && WHITE_SPACE.matcher(text.substring(end - 1, end)).matches()) {
            end--;
        }
        return text.substring(0, end);
    }

    /// Each code point on its own.
    static List<String> characters(String text) {
        return text.codePoints().mapToObj(Character::toString).toList();
    }

    static String without(String text, String characters) {
        StringBuilder kept = new StringBuilder(text.length());
        text.codePoints().filter(c -> characters.indexOf(c) < 0).forEach(kept::appendCodePoint);
        return kept.toString();
    }

    /// How often each run of `order` tokens occurs.
    static Map<List<String>, Integer> ngrams(List<String> tokens, int order) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + order <= tokens.size(); i++) {
            counts.merge(tokens.subList(i, i + order), 1, Integer::sum);
        }
        return counts;
    }

    /// How many of them both have, counted as often as the one that has fewer.
    static <T> int common(Map<T, Integer> first, Map<T, Integer> second) {
        int common = 0;
        for (Map.Entry<T, Integer> entry : first.entrySet()) {
            common += Math.min(entry.getValue(), second.getOrDefault(entry.getKey(), 0));
        }
        return common;
    }

    /// The harmonic mean of precision and recall; 0 if both are.
    static double f1(double precision, double recall) {
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
    }
}
