package dev.lilla.tokenizer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Finds the merges of a byte-level byte-pair encoding: again and again the most frequent pair of neighbors becomes a
/// token. Source: Sennrich et al., arXiv 1508.07909, with counts that are kept up to date ([PairCounts]).
///
/// Ties go to the pair of the lower ids, so the result depends on the counts alone. A pair whose text is a token
/// already, or longer than [#TOKEN_BYTES_MAX], is passed over.
///
/// If every token has to occur in what a model writes at least so often ([TrainerOptions#writtenMin]), a pair is
/// passed over too while merging it would leave the new token, or a part that is no single byte, with fewer written
/// occurrences. Occurrences of a token only fall once it is made, and only by merges, so each token that is made
/// keeps its number to the end: nothing has to be dropped afterwards. Words of the corpus are merged here exactly as
/// the encoder merges them, so the numbers hold for the encoded texts.
final class MergeTrainer {
    /// Tokens hold whole words at most; longer ones come of rulers and indentation.
    static final int TOKEN_BYTES_MAX = 64;

    private final TrainingWords words;
    private final TrainerOptions options;
    private final int firstMerged;
    private final List<String> tokens;
    private final Set<String> known;
    private final List<Merge> merges = new ArrayList<>();
    private final PairCounts pairs = new PairCounts();
    private final long[] written;

    MergeTrainer(WordCounts counts, TrainerOptions options) {
        this.options = options;
        tokens = new ArrayList<>(counts.control().all());
        int[] byteIds = new int[256];
        for (int b = 0; b < 256; b++) {
            byteIds[b] = tokens.size() + rank(b);
        }
        for (String character : alphabet()) {
            tokens.add(character);
        }
        firstMerged = tokens.size();
        known = new HashSet<>(tokens);
        words = TrainingWords.of(counts.counts(), byteIds);
        written = new long[options.vocabulary()];
    }

    /// The characters of the bytes, by code point.
    private static List<String> alphabet() {
        List<String> characters = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            characters.add(String.valueOf(ByteAlphabet.character(b)));
        }
        characters.sort(null);
        return characters;
    }

    private static int rank(int unsignedByte) {
        return alphabet().indexOf(String.valueOf(ByteAlphabet.character(unsignedByte)));
    }

    /// Merges until the vocabulary is full.
    ///
    /// @throws IllegalArgumentException if the texts have too few pairs for it
    TrainedTokenizer.Learned train(BytePairTrainer.Progress progress) {
        countPairs();
        while (tokens.size() < options.vocabulary()) {
            PairCounts.Pair pair = pairs.poll();
            if (pair == null || pair.count() < options.frequencyMin()) {
                throw tooFewPairs();
            }
            String text = tokens.get(pair.left()) + tokens.get(pair.right());
            if (text.length() <= TOKEN_BYTES_MAX && !known.contains(text) && staysWritten(pair)) {
                merge(pair, text);
                progress.merged(tokens.size() - firstMerged, options.vocabulary() - firstMerged);
            }
        }
        return learned();
    }

    private void countPairs() {
        for (int word = 0; word < words.size(); word++) {
            for (int i = 0; i < words.length(word); i++) {
                written[words.symbol(word, i)] += words.written(word);
                if (i > 0) {
                    pairs.add(words.symbol(word, i - 1), words.symbol(word, i), word, words.count(word));
                }
            }
        }
        pairs.settle();
    }

    /// Whether the tokens keep their least number of written occurrences when the pair is merged.
    private boolean staysWritten(PairCounts.Pair pair) {
        if (options.writtenMin() == 0) {
            return true;
        }
        long merged = writtenMerges(pair);
        long usedOfLeft = pair.left() == pair.right() ? 2 * merged : merged;
        return merged >= options.writtenMin()
                && (pair.left() < firstMerged || written[pair.left()] - usedOfLeft >= options.writtenMin())
                && (pair.right() < firstMerged || written[pair.right()] - usedOfLeft >= options.writtenMin());
    }

    private long writtenMerges(PairCounts.Pair pair) {
        long sum = 0;
        for (int i = 0; i < pair.words(); i++) {
            long times = words.written(pair.word(i));
            sum += times == 0 ? 0 : times * words.pairs(pair.word(i), pair.left(), pair.right());
        }
        return sum;
    }

    private void merge(PairCounts.Pair pair, String text) {
        int merged = tokens.size();
        merges.add(new Merge(tokens.get(pair.left()), tokens.get(pair.right())));
        tokens.add(text);
        known.add(text);
        long times = writtenMerges(pair);
        written[pair.left()] -= times;
        written[pair.right()] -= times;
        written[merged] = times;
        for (int i = 0; i < pair.words(); i++) {
            int word = pair.word(i);
            subtractTouched(word, pair.left(), pair.right());
            words.merge(word, pair.left(), pair.right(), merged);
            addMade(word, merged);
        }
        pairs.settle();
    }

    /// Takes away the pairs of which a symbol is about to be merged.
    private void subtractTouched(int word, int left, int right) {
        long count = words.count(word);
        int afterMerge = 0;
        int at = 0;
        while (at < words.length(word)) {
            if (!words.pairAt(word, at, left, right)) {
                at++;
                continue;
            }
            // The pair before a merge that follows another one has been taken away as the pair after that.
            if (at > afterMerge) {
                pairs.subtract(words.symbol(word, at - 1), left, count);
            }
            pairs.subtract(left, right, count);
            at += 2;
            afterMerge = at;
            if (at < words.length(word)) {
                pairs.subtract(right, words.symbol(word, at), count);
            }
        }
    }

    private void addMade(int word, int merged) {
        for (int i = 1; i < words.length(word); i++) {
            if (words.symbol(word, i - 1) == merged || words.symbol(word, i) == merged) {
                pairs.add(words.symbol(word, i - 1), words.symbol(word, i), word, words.count(word));
            }
        }
    }

    private TrainedTokenizer.Learned learned() {
        long[] all = new long[tokens.size()];
        for (int word = 0; word < words.size(); word++) {
            for (int i = 0; i < words.length(word); i++) {
                all[words.symbol(word, i)] += words.count(word);
            }
        }
        return new TrainedTokenizer.Learned(
                new BytePairs(tokens, merges), new TokenOccurrences(firstMerged, all, written));
    }

    private IllegalArgumentException tooFewPairs() {
        return new IllegalArgumentException("the texts give " + tokens.size() + " tokens, expected "
                + options.vocabulary() + ". Give more text, ask for a smaller vocabulary"
                + (options.frequencyMin() > 1 ? ", a lower least frequency" : "")
                + (options.writtenMin() > 0 ? ", or fewer occurrences in answers" : "") + ".");
    }
}
