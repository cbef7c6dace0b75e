package dev.lilla.tokenizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// How often each pair of neighboring symbols occurs, where, and which is the most frequent.
///
/// A merge changes only the pairs around it, so counts are kept up to date rather than taken anew. Entries of the
/// queue may be too high, since counts of pairs that exist only fall: one that is taken out is put back with its
/// count of now, and is the best when that has not changed. Belongs to one thread.
final class PairCounts {
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>();
    private final List<Pair> changed = new ArrayList<>();

    /// A pair, its occurrences, and the words that have held it since its younger symbol was made.
    static final class Pair {
        private final int left;
        private final int right;
        private final IdBuffer words = new IdBuffer(2);
        private long count;
        private boolean isQueued;
        private boolean isChanged;

        private Pair(int left, int right) {
            this.left = left;
            this.right = right;
        }

        int left() {
            return left;
        }

        int right() {
            return right;
        }

        long count() {
            return count;
        }

        /// How many words may hold it.
        int words() {
            return words.size();
        }

        int word(int index) {
            return words.get(index);
        }
    }

    /// The most frequent first; of equally frequent ones that of the lower left symbol, then the lower right.
    private record Candidate(long count, Pair pair) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            if (count != other.count) {
                return Long.compare(other.count, count);
            }
            return pair.left != other.pair.left
                    ? Integer.compare(pair.left, other.pair.left)
                    : Integer.compare(pair.right, other.pair.right);
        }
    }

    /// Counts more of a pair, in a word. Words come in rising order while a pair is counted.
    void add(int left, int right, int word, long count) {
        Pair pair = pairs.computeIfAbsent(key(left, right), _ -> new Pair(left, right));
        if (pair.words.size() == 0 || pair.words.get(pair.words.size() - 1) != word) {
            pair.words.add(word);
        }
        pair.count += count;
        markChanged(pair);
    }

    /// Counts less of a pair.
    void subtract(int left, int right, long count) {
        Pair pair = pairs.get(key(left, right));
        if (pair != null) {
            pair.count -= count;
            markChanged(pair);
        }
    }

    private void markChanged(Pair pair) {
        if (!pair.isChanged) {
            pair.isChanged = true;
            changed.add(pair);
        }
    }

    /// Queues the pairs that were counted since the last call and are in no queue: new ones, and those that were
    /// taken out and have become fewer.
    void settle() {
        for (Pair pair : changed) {
            pair.isChanged = false;
            if (pair.count <= 0) {
                pairs.remove(key(pair.left, pair.right));
            } else if (!pair.isQueued) {
                push(pair);
            }
        }
        changed.clear();
    }

    private void push(Pair pair) {
        pair.isQueued = true;
        queue.add(new Candidate(pair.count, pair));
    }

    /// Takes the most frequent pair out of the queue; it comes back only if its count changes.
    @Nullable
    Pair poll() {
        while (true) {
            Candidate candidate = queue.poll();
            if (candidate == null) {
                return null;
            }
            Pair pair = candidate.pair;
            pair.isQueued = false;
            if (pair.count == candidate.count) {
                return pair;
            }
            if (pair.count > 0) {
                push(pair);
            }
        }
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | right;
    }
}
