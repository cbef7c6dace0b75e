package dev.lilla.tokenizer;

/// One piece of text being merged: the symbols as a linked list, and a binary heap of the pairs that merge, so that
/// n symbols take O(n log n). Ties of rank go to the leftmost pair.
final class MergeRun {
    private static final int NOWHERE = -1;

    private final PairTable pairs;
    private final int[] symbols;
    private final int[] next;
    private final int[] previous;
    /// What the pair that begins here merges to (see [PairTable#find]); stale heap entries differ from it in rank.
    private final long[] value;
    /// Rank in the upper half, position in the lower.
    private long[] heap;

    private int heapSize;
    private long steps;

    /// @param symbols merged in place
    MergeRun(PairTable pairs, int[] symbols, int count) {
        this.pairs = pairs;
        this.symbols = symbols;
        next = new int[count];
        previous = new int[count];
        value = new long[count];
        heap = new long[Math.max(16, count)];
        for (int i = 0; i < count; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < count ? i + 1 : NOWHERE;
            value[i] = i + 1 < count ? pairs.find(symbols[i], symbols[i + 1]) : PairTable.NONE;
            if (value[i] != PairTable.NONE) {
                heap[heapSize++] = entry(i);
            }
        }
        for (int i = heapSize / 2 - 1; i >= 0; i--) {
            siftDown(i);
        }
    }

    /// Merges until no pair is left.
    ///
    /// @return how many symbols remain, at the front of the array
    int finish() {
        while (heapSize > 0) {
            long top = heap[0];
            heap[0] = heap[--heapSize];
            siftDown(0);
            int position = (int) top;
            long found = value[position];
            if (found != PairTable.NONE && PairTable.rank(found) == (int) (top >> 32)) {
                merge(position, PairTable.merged(found));
            }
        }
        int count = 0;
        for (int i = next.length == 0 ? NOWHERE : 0; i != NOWHERE; i = next[i]) {
            symbols[count++] = symbols[i];
        }
        return count;
    }

    /// Comparisons and look-ups so far: a measure of work that no clock disturbs.
    long steps() {
        return steps;
    }

    private void merge(int position, int merged) {
        int eaten = next[position];
        symbols[position] = merged;
        next[position] = next[eaten];
        value[eaten] = PairTable.NONE;
        if (next[eaten] != NOWHERE) {
            previous[next[eaten]] = position;
        }
        look(position);
        if (previous[position] != NOWHERE) {
            look(previous[position]);
        }
    }

    private void look(int position) {
        steps++;
        int right = next[position];
        value[position] = right == NOWHERE ? PairTable.NONE : pairs.find(symbols[position], symbols[right]);
        if (value[position] != PairTable.NONE) {
            push(entry(position));
        }
    }

    private long entry(int position) {
        return (value[position] & 0xFFFF_FFFF_0000_0000L) | position;
    }

    private void push(long entry) {
        if (heapSize == heap.length) {
            heap = java.util.Arrays.copyOf(heap, 2 * heapSize);
        }
        int at = heapSize++;
        while (at > 0) {
            steps++;
            int parent = (at - 1) >>> 1;
            if (heap[parent] <= entry) {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = entry;
    }

    private void siftDown(int from) {
        long entry = heap[from];
        int at = from;
        while (2 * at + 1 < heapSize) {
            steps++;
            int child = 2 * at + 1;
            if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= entry) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = entry;
    }
}
