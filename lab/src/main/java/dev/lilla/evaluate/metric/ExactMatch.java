package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.Tally;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Whether an answer is the reference, as Hugging Face `evaluate` (`exact_match`) and lm-eval compare them.
///
/// @param ignored parts that are taken out of both first, in order
/// @param ignoresCase whether case counts for nothing
/// @param ignoresPunctuation whether ASCII punctuation counts for nothing
/// @param ignoresNumbers whether ASCII digits count for nothing
public record ExactMatch(List<Pattern> ignored, boolean ignoresCase, boolean ignoresPunctuation, boolean ignoresNumbers)
        implements TextMetric {
    /// Every character counts.
    public static final ExactMatch STRICT = new ExactMatch(List.of(), false, false, false);

    /// Case and punctuation count for nothing.
    public static final ExactMatch LENIENT = new ExactMatch(List.of(), true, true, false);

    public ExactMatch {
        ignored = List.copyOf(ignored);
    }

    @Override
    public String name() {
        return "exact_match";
    }

    @Override
    public Scale scale() {
        return Scale.SHARE;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return TextMetric.meanOfBest(pairs, (answer, reference) -> isSame(answer, reference) ? 1 : 0);
    }

    public boolean isSame(String answer, String reference) {
        return normal(answer).equals(normal(reference));
    }

    private String normal(String text) {
        String normal = text;
        for (Pattern pattern : ignored) {
            normal = pattern.matcher(normal).replaceAll("");
        }
        normal = ignoresCase ? normal.toLowerCase(Locale.ROOT) : normal;
        normal = ignoresPunctuation ? Texts.without(normal, Texts.PUNCTUATION) : normal;
        return ignoresNumbers ? Texts.without(normal, "0123456789") : normal;
    }
}
