package dev.lilla.tokenizer;

/// Merges the neighboring pair of the lowest rank, leftmost first, until no pair of a sequence merges.
///
/// The core that SentencePiece BPE (rank = order of falling score), byte-level BPE and tiktoken share.
/// Source: Sennrich et al., arXiv 1508.07909; the heap is SentencePiece's and Hugging Face tokenizers' way.
final class BytePairEncoding {
    /// Up to here, scanning all pairs for each merge (at most 32 * 32 / 2 steps) beats building a heap.
    private static final int SCANNED_MAX = 32;

    private final PairTable pairs;

    BytePairEncoding(PairTable pairs) {
        this.pairs = pairs;
    }

    /// Merges the first `count` symbols in place.
    ///
    /// @return how many remain
    int merge(int[] symbols, int count) {
        return count <= SCANNED_MAX ? mergeByScanning(symbols, count) : new MergeRun(pairs, symbols, count).finish();
    }

    private int mergeByScanning(int[] symbols, int count) {
        long[] values = new long[Math.max(0, count - 1)];
        for (int i = 0; i < values.length; i++) {
            values[i] = pairs.find(symbols[i], symbols[i + 1]);
        }
        int left = count;
        while (true) {
            int best = -1;
            for (int i = 0; i < left - 1; i++) {
                long value = values[i];
                if (value != PairTable.NONE && (best < 0 || PairTable.rank(value) < PairTable.rank(values[best]))) {
                    best = i;
                }
            }
            if (best < 0) {
                return left;
            }
            symbols[best] = PairTable.merged(values[best]);
            System.arraycopy(symbols, best + 2, symbols, best + 1, left - best - 2);
            left--;
            if (best < left - 1) {
                System.arraycopy(values, best + 2, values, best + 1, left - best - 2);
                values[best] = pairs.find(symbols[best], symbols[best + 1]);
            }
            if (best > 0) {
                values[best - 1] = pairs.find(symbols[best - 1], symbols[best]);
            }
        }
    }
}
