package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.SumsTally;
import dev.lilla.evaluate.statistics.Tally;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/// How likely a model found a text, by a measure that does not depend on its tokens, as lm-eval has it.
///
/// @param logLikelihood natural logarithm, of the whole text
/// @param words pieces between white space
/// @param bytes of its UTF-8
public record TextLikelihood(double logLikelihood, int words, int bytes) {
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    public static TextLikelihood of(String text, double logLikelihood) {
        int words = WHITE_SPACE.split(text, -1).length;
        return new TextLikelihood(logLikelihood, words, text.getBytes(StandardCharsets.UTF_8).length);
    }

    /// `exp(-Σ log p / words)`.
    public static Tally wordPerplexity(List<TextLikelihood> texts) {
        return SumsTally.ofSet(parts(texts), sums -> Math.exp(-sums[0] / sums[1]));
    }

    /// `exp(-Σ log p / bytes)`.
    public static Tally bytePerplexity(List<TextLikelihood> texts) {
        return SumsTally.ofSet(parts(texts), sums -> Math.exp(-sums[0] / sums[2]));
    }

    /// `-Σ log p / bytes / ln 2`.
    public static Tally bitsPerByte(List<TextLikelihood> texts) {
        return SumsTally.ofSet(parts(texts), sums -> -sums[0] / sums[2] / Math.log(2));
    }

    /// `exp(-mean log p)`, of continuations.
    public static Tally perplexity(List<TextLikelihood> texts) {
        double[][] parts = texts.stream()
                .map(text -> new double[] {text.logLikelihood(), 1})
                .toArray(double[][]::new);
        return SumsTally.ofSet(parts, sums -> Math.exp(-sums[0] / sums[1]));
    }

    private static double[][] parts(List<TextLikelihood> texts) {
        return texts.stream()
                .map(text -> new double[] {text.logLikelihood(), text.words(), text.bytes()})
                .toArray(double[][]::new);
    }
}
