package dev.lilla.evaluate.metric;

import dev.lilla.evaluate.statistics.Tally;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Overlap with a reference summary (Lin, "ROUGE", 2004), as Google's rouge_score 0.1.2 computes it; the F-measure with
/// the reference that suits best, averaged over examples.
///
/// @param kind what is counted
/// @param words how texts are taken apart
public record Rouge(Kind kind, RougeWords words) implements TextMetric {
    /// What is counted.
    public enum Kind {
        /// Words.
        ROUGE_1("rouge1"),
        /// Pairs of words.
        ROUGE_2("rouge2"),
        /// The longest common subsequence of the whole texts.
        ROUGE_L("rougeL"),
        /// The union of those of their lines.
        ROUGE_LSUM("rougeLsum");

        private final String label;

        Kind(String label) {
            this.label = label;
        }
    }

    /// @param fmeasure their harmonic mean
    public record Score(double precision, double recall, double fmeasure) {
        private static Score of(int common, int answer, int reference) {
            double precision = answer == 0 ? 0 : (double) common / answer;
            double recall = reference == 0 ? 0 : (double) common / reference;
            return new Score(precision, recall, Texts.f1(precision, recall));
        }
    }

    @Override
    public String name() {
        return kind.label + words.suffix();
    }

    @Override
    public Scale scale() {
        return Scale.SHARE;
    }

    @Override
    public Tally tally(List<TextPair> pairs) {
        return TextMetric.meanOfBest(
                pairs, (answer, reference) -> score(answer, reference).fmeasure());
    }

    /// Of one answer against one reference.
    public Score score(String answer, String reference) {
        return switch (kind) {
            case ROUGE_1 -> ngrams(answer, reference, 1);
            case ROUGE_2 -> ngrams(answer, reference, 2);
            case ROUGE_L -> {
                List<String> said = words.of(answer);
                List<String> expected = words.of(reference);
                int common = said.isEmpty() || expected.isEmpty()
                        ? 0
                        : lengths(expected, said)[expected.size()][said.size()];
                yield Score.of(common, said.size(), expected.size());
            }
            case ROUGE_LSUM -> lines(answer, reference);
        };
    }

    private Score ngrams(String answer, String reference, int order) {
        Map<List<String>, Integer> said = Texts.ngrams(words.of(answer), order);
        Map<List<String>, Integer> expected = Texts.ngrams(words.of(reference), order);
        return Score.of(Texts.common(said, expected), total(said), total(expected));
    }

    private static <T> int total(Map<T, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /// A word counts at most as often as it occurs on either side, as ROUGE 1.5.5 has it.
    private Score lines(String answer, String reference) {
        List<List<String>> said = sentences(answer);
        List<List<String>> expected = sentences(reference);
        Map<String, Integer> leftSaid = counts(said);
        Map<String, Integer> leftExpected = counts(expected);
        int saidTotal = total(leftSaid);
        int expectedTotal = total(leftExpected);
        int hits = 0;
        for (List<String> sentence : expected) {
            BitSet union = new BitSet();
            said.forEach(other -> union.or(common(sentence, other)));
            for (int i = union.nextSetBit(0); i >= 0; i = union.nextSetBit(i + 1)) {
                String word = sentence.get(i);
                if (leftSaid.getOrDefault(word, 0) > 0 && leftExpected.getOrDefault(word, 0) > 0) {
                    hits++;
                    leftSaid.merge(word, -1, Integer::sum);
                    leftExpected.merge(word, -1, Integer::sum);
                }
            }
        }
        return Score.of(hits, saidTotal, expectedTotal);
    }

    private List<List<String>> sentences(String text) {
        return Arrays.stream(text.split("\n", -1))
                .filter(line -> !line.isEmpty())
                .map(words::of)
                .toList();
    }

    private static Map<String, Integer> counts(List<List<String>> sentences) {
        Map<String, Integer> counts = new HashMap<>();
        new ArrayList<>(sentences).forEach(words -> words.forEach(word -> counts.merge(word, 1, Integer::sum)));
        return counts;
    }

    /// Places in `reference` of one longest common subsequence; of several the one that rouge_score finds.
    private static BitSet common(List<String> reference, List<String> answer) {
        int[][] lengths = lengths(reference, answer);
        BitSet places = new BitSet();
        int i = reference.size();
        int j = answer.size();
        while (i > 0 && j > 0) {
            if (reference.get(i - 1).equals(answer.get(j - 1))) {
                i--;
                j--;
                places.set(i);
            } else if (lengths[i][j - 1] > lengths[i - 1][j]) {
                j--;
            } else {
                i--;
            }
        }
        return places;
    }

    /// Length of the longest common subsequence of every pair of beginnings.
    private static int[][] lengths(List<String> reference, List<String> answer) {
        int[][] lengths = new int[reference.size() + 1][answer.size() + 1];
        for (int i = 1; i <= reference.size(); i++) {
            for (int j = 1; j <= answer.size(); j++) {
                lengths[i][j] = reference.get(i - 1).equals(answer.get(j - 1))
                        ? lengths[i - 1][j - 1] + 1
                        : Math.max(lengths[i - 1][j], lengths[i][j - 1]);
            }
        }
        return lengths;
    }
}
