package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.SumsTally;
import dev.lilla.evaluate.statistics.Tally;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// BLEU of a corpus (Papineni et al., 2002), to the digit as sacrebleu computes it.
///
/// @param tokenizer how texts are taken apart
/// @param smoothing what stands in for orders without a match
/// @param ignoresCase whether texts are put in lower case first
public record Bleu(BleuTokenizer tokenizer, Smoothing smoothing, boolean ignoresCase) implements TextMetric {
    /// What stands in for zero counts (Chen and Cherry, 2014).
    public enum Smoothing {
        NONE,
        /// 0.1 matches.
        FLOOR,
        /// One more match and one more n-gram from the second order on.
        ADD_K,
        /// A half, a quarter, … of a match.
        EXP
    }

    /// Sacrebleu's settings unless told otherwise: `tok:13a|smooth:exp|case:mixed`.
    public static final Bleu DEFAULT = new Bleu(BleuTokenizer.T13A, Smoothing.EXP, false);

    private static final int ORDERS = 4;
    private static final int SYSTEM_LENGTH = 2 * ORDERS;
    private static final int REFERENCE_LENGTH = SYSTEM_LENGTH + 1;

    @Override
    public String name() {
        return "bleu";
    }

    @Override
    public Scale scale() {
        return Scale.HUNDRED;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return SumsTally.ofSet(pairs.stream().map(this::counts).toArray(double[][]::new), sums -> score(sums, false));
    }

    /// Of one sentence, with no orders longer than it.
    public double sentence(TextPair pair) {
        return score(counts(pair), true);
    }

    /// Matches of each order, n-grams of each order, length, length of the closest reference.
    private double[] counts(TextPair pair) {
        List<String> answer = tokens(pair.answer());
        double[] counts = new double[REFERENCE_LENGTH + 1];
        List<List<String>> references =
                pair.references().stream().map(this::tokens).toList();
        for (int order = 1; order <= ORDERS; order++) {
            Map<List<String>, Integer> most = new HashMap<>();
            for (List<String> reference : references) {
                Texts.ngrams(reference, order).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
            }
            counts[order - 1] = Texts.common(Texts.ngrams(answer, order), most);
            counts[ORDERS + order - 1] = Math.max(0, answer.size() - order + 1);
        }
        counts[SYSTEM_LENGTH] = answer.size();
        counts[REFERENCE_LENGTH] = closest(answer.size(), references);
        return counts;
    }

    private List<String> tokens(String text) {
        String cased = ignoresCase ? text.toLowerCase(Locale.ROOT) : text;
        return tokenizer.tokens(Texts.withoutTail(cased));
    }

    private static int closest(int length, List<List<String>> references) {
        int closest = -1;
        for (List<String> reference : references) {
            int gap = Math.abs(length - reference.size());
            int best = Math.abs(length - closest);
            if (closest < 0 || gap < best || (gap == best && reference.size() < closest)) {
                closest = reference.size();
            }
        }
        return closest;
    }

    private double score(double[] sums, boolean isSentence) {
        double matches = 0;
        for (int order = 0; order < ORDERS; order++) {
            matches += sums[order];
        }
        if (matches == 0) {
            return 0;
        }
        double halving = 1;
        double logarithms = 0;
        int orders = ORDERS;
        for (int order = 0; order < ORDERS; order++) {
            double extra = smoothing == Smoothing.ADD_K && order > 0 ? 1 : 0;
            double correct = sums[order] + extra;
            double total = sums[ORDERS + order] + extra;
            if (total == 0) {
                return isSentence ? shortened(sums, logarithms, orders) : 0;
            }
            orders = isSentence ? order + 1 : ORDERS;
            if (correct == 0 && smoothing == Smoothing.EXP) {
                halving *= 2;
                correct = 1 / halving;
            } else if (correct == 0 && smoothing == Smoothing.FLOOR) {
                correct = 0.1;
            }
            logarithms += Math.log(100 * correct / total);
        }
        return shortened(sums, logarithms, orders);
    }

    /// The geometric mean of the precisions, less what an answer that is too short loses.
    private static double shortened(double[] sums, double logarithms, int orders) {
        double system = sums[SYSTEM_LENGTH];
        double reference = sums[REFERENCE_LENGTH];
        double penalty = system < reference ? Math.exp(1 - reference / system) : 1;
        return penalty * Math.exp(logarithms / orders);
    }
}
