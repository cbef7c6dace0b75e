package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.SumsTally;
import dev.lilla.evaluate.statistics.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// F-score of character n-grams (Popović, 2015; chrF++ with words: 2017), to the digit as sacrebleu computes it.
///
/// @param characterOrder longest run of characters
/// @param wordOrder longest run of words; 0 for chrF, 2 for chrF++
/// @param beta how many times as much recall counts as precision
/// @param keepsWhiteSpace whether white space counts as characters
/// @param ignoresCase whether texts are put in lower case first
public record ChrF(int characterOrder, int wordOrder, int beta, boolean keepsWhiteSpace, boolean ignoresCase)
        implements TextMetric {
    /// chrF2.
    public static final ChrF CHRF = new ChrF(6, 0, 2, false, false);

    /// chrF2++.
    public static final ChrF CHRF_PLUS_PLUS = new ChrF(6, 2, 2, false, false);

    /// Of an order without n-grams.
    private static final double EPSILON = 1e-16;

    @Override
    public String name() {
        return wordOrder == 0 ? "chrf" : "chrf++";
    }

    @Override
    public Scale scale() {
        return Scale.HUNDRED;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return SumsTally.ofSet(pairs.stream().map(this::counts).toArray(double[][]::new), this::score);
    }

    /// Of one sentence.
    public double sentence(TextPair pair) {
        return score(counts(pair));
    }

    /// For each order n-grams of the answer, of the reference, and of both, against the reference that suits best.
    private double[] counts(TextPair pair) {
        List<Map<List<String>, Integer>> answer = ngrams(pair.answer());
        double best = -1;
        double[] kept = new double[3 * (characterOrder + wordOrder)];
        for (String reference : pair.references()) {
            List<Map<List<String>, Integer>> expected = ngrams(reference);
            double[] counts = new double[kept.length];
            for (int order = 0; order < answer.size(); order++) {
                counts[3 * order] = expected.get(order).isEmpty() ? 0 : total(answer.get(order));
                counts[3 * order + 1] = total(expected.get(order));
                counts[3 * order + 2] = Texts.common(answer.get(order), expected.get(order));
            }
            double score = score(counts);
            if (score > best) {
                best = score;
                kept = counts;
            }
        }
        return kept;
    }

    private static int total(Map<List<String>, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private List<Map<List<String>, Integer>> ngrams(String text) {
        String cased = ignoresCase ? text.toLowerCase(Locale.ROOT) : text;
        List<String> characters = Texts.characters(keepsWhiteSpace ? cased : Texts.withoutWhiteSpace(cased));
        List<Map<List<String>, Integer>> orders = new ArrayList<>();
        for (int order = 1; order <= characterOrder; order++) {
            orders.add(Texts.ngrams(characters, order));
        }
        List<String> words = wordOrder == 0 ? List.of() : words(cased);
        for (int order = 1; order <= wordOrder; order++) {
            orders.add(Texts.ngrams(words, order));
        }
        return orders;
    }

    /// Words with one ASCII punctuation mark at their end, else at their beginning, split off.
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : Texts.words(text)) {
            int last = word.offsetByCodePoints(word.length(), -1);
            if (last == 0) {
                words.add(word);
            } else if (Texts.PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
                words.add(word.substring(0, last));
                words.add(word.substring(last));
            } else if (Texts.PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
                words.add(word.substring(0, 1));
                words.add(word.substring(1));
            } else {
                words.add(word);
            }
        }
        return words;
    }

    private double score(double[] counts) {
        double precision = 0;
        double recall = 0;
        int orders = 0;
        for (int i = 0; i < counts.length; i += 3) {
            if (counts[i] > 0 && counts[i + 1] > 0) {
                precision += Math.max(counts[i + 2] / counts[i], 0);
                recall += counts[i + 2] / counts[i + 1];
                orders++;
            }
        }
        if (orders == 0 || precision + recall < EPSILON) {
            return 0;
        }
        double weight = (double) beta * beta;
        return 100
                * (1 + weight)
                * (precision / orders)
                * (recall / orders)
                / (weight * precision / orders + recall / orders);
    }
}
