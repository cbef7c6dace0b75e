package dev.lilla.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The definition of training: counts every pair anew for each merge.
final class NaiveMergeTrainer {
    private record Word(List<String> symbols, long count, long written) {}

    private record Pair(String left, String right) {}

    private final List<String> tokens = new ArrayList<>();
    private List<Word> words = new ArrayList<>();

    NaiveMergeTrainer(WordCounts counts) {
        tokens.addAll(counts.control().all());
        List<String> alphabet = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            alphabet.add(ByteAlphabet.write(new byte[] {(byte) b}));
        }
        alphabet.sort(Comparator.naturalOrder());
        tokens.addAll(alphabet);
        counts.counts()
                .forEach((word, count) -> words.add(new Word(
                        List.of(ByteAlphabet.write(word.getBytes(StandardCharsets.UTF_8))
                                .split("")),
                        count.all(),
                        count.written())));
    }

    /// As many merges as asked for, or as there are.
    List<Merge> train(int merges, long frequencyMin, long writtenMin) {
        List<Merge> found = new ArrayList<>();
        while (found.size() < merges) {
            Map<Pair, Long> pairs = new HashMap<>();
            for (Word word : words) {
                for (int i = 1; i < word.symbols().size(); i++) {
                    pairs.merge(
                            new Pair(word.symbols().get(i - 1), word.symbols().get(i)), word.count(), Long::sum);
                }
            }
            Optional<Pair> best = pairs.entrySet().stream()
                    .filter(entry -> entry.getValue() >= frequencyMin && isAllowed(entry.getKey(), writtenMin))
                    .min(Comparator.comparingLong((Map.Entry<Pair, Long> entry) -> -entry.getValue())
                            .thenComparingInt(
                                    entry -> tokens.indexOf(entry.getKey().left()))
                            .thenComparingInt(
                                    entry -> tokens.indexOf(entry.getKey().right())))
                    .map(Map.Entry::getKey);
            if (best.isEmpty()) {
                return found;
            }
            found.add(new Merge(best.get().left(), best.get().right()));
            words = merged(best.get());
            tokens.add(best.get().left() + best.get().right());
        }
        return found;
    }

    private boolean isAllowed(Pair pair, long writtenMin) {
        String text = pair.left() + pair.right();
        if (tokens.contains(text) || text.length() > MergeTrainer.TOKEN_BYTES_MAX) {
            return false;
        }
        List<Word> after = merged(pair);
        for (String part : List.of(pair.left(), pair.right(), text)) {
            boolean isByte = part.length() == 1;
            if (!isByte && writtenOf(part, after) < writtenMin) {
                return false;
            }
        }
        return true;
    }

    private static long writtenOf(String token, List<Word> words) {
        return words.stream()
                .mapToLong(word -> word.written()
                        * word.symbols().stream().filter(token::equals).count())
                .sum();
    }

    private List<Word> merged(Pair pair) {
        List<Word> result = new ArrayList<>();
        for (Word word : words) {
            List<String> symbols = new ArrayList<>();
            for (String symbol : word.symbols()) {
                boolean merges = symbol.equals(pair.right())
                        && !symbols.isEmpty()
                        && symbols.getLast().equals(pair.left());
                // A symbol that was just made is longer than the left one, so no pair overlaps the one before.
                if (merges) {
                    symbols.set(symbols.size() - 1, pair.left() + pair.right());
                } else {
                    symbols.add(symbol);
                }
            }
            result.add(new Word(symbols, word.count(), word.written()));
        }
        return result;
    }
}
