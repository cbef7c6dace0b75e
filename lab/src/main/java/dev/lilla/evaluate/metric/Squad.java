package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.Tally;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Short answers to questions, as the evaluation script of SQuAD 1.1 compares them: case, ASCII
/// punctuation and articles count for nothing.
///
/// @param kind whole answers, or the words of the answer
/// @param articles of the language
public record Squad(Kind kind, Articles articles) implements TextMetric {
    /// What is compared.
    public enum Kind {
        EXACT_MATCH,
        F1
    }

    /// Words that count for nothing. The script knows English; its scores are comparable with published ones.
    public enum Articles {
        ENGLISH("", "a|an|the"),
        SWEDISH("_sv", "en|ett|den|det|de");

        private final String suffix;
        private final Pattern pattern;

        Articles(String suffix, String words) {
            this.suffix = suffix;
            this.pattern = Pattern.compile("\\b(" + words + ")\\b", Pattern.UNICODE_CHARACTER_CLASS);
        }
    }

    @Override
    public String name() {
        return (kind == Kind.F1 ? "squad_f1" : "squad_em") + articles.suffix;
    }

    @Override
    public Scale scale() {
        return Scale.SHARE;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return TextMetric.meanOfBest(pairs, this::value);
    }

    private double value(String answer, String reference) {
        List<String> said = words(answer);
        List<String> expected = words(reference);
        return switch (kind) {
            case EXACT_MATCH -> said.equals(expected) ? 1 : 0;
            case F1 -> f1(said, expected);
        };
    }

    private List<String> words(String text) {
        String plain = Texts.without(text.toLowerCase(Locale.ROOT), Texts.PUNCTUATION);
        return Texts.words(articles.pattern.matcher(plain).replaceAll(" "));
    }

    private static double f1(List<String> said, List<String> expected) {
        if (said.isEmpty() || expected.isEmpty()) {
            return said.equals(expected) ? 1 : 0;
        }
        int common = Texts.common(counts(said), counts(expected));
        return Texts.f1((double) common / said.size(), (double) common / expected.size());
    }

    private static Map<String, Integer> counts(List<String> words) {
        Map<String, Integer> counts = new HashMap<>();
        words.forEach(word -> counts.merge(word, 1, Integer::sum));
        return counts;
    }
}
