package dev.lilla.tokenizer;

import java.util.Arrays;

/// Which pairs of symbols merge, at which rank and into what: an open-addressing hash table of longs.
///
/// Half full at most, so that a look-up touches one or two cache lines; a boxed map takes five times the memory.
final class PairTable {
    /// What [#find] gives for a pair that does not merge.
    static final long NONE = -1;

    /// No pair has this key: ids are at least -0x110000 (see [CodePointBpe]).
    private static final long EMPTY = Long.MIN_VALUE;

    private static final int PAIRS_MAX = 1 << 28;

    private final int shift;
    private final long[] keys;
    private final long[] values;
    private int size;

    /// @param pairs how many will be put, at most
    PairTable(int pairs) {
        if (pairs < 0 || pairs > PAIRS_MAX) {
            throw new IllegalArgumentException("a pair table of " + pairs + ", expected 0 to " + PAIRS_MAX);
        }
        int bits = Math.max(4, 33 - Integer.numberOfLeadingZeros(pairs));
        shift = 64 - bits;
        keys = new long[1 << bits];
        values = new long[1 << bits];
        Arrays.fill(keys, EMPTY);
    }

    /// Adds a pair, unless the table has it already.
    ///
    /// @return whether it is new
    boolean put(int left, int right, int rank, int merged) {
        if (2L * (size + 1) > keys.length) {
            throw new IllegalStateException("the pair table is full at " + size);
        }
        long key = key(left, right);
        int slot = slot(key);
        while (keys[slot] != EMPTY) {
            if (keys[slot] == key) {
                return false;
            }
            slot = (slot + 1) & (keys.length - 1);
        }
        keys[slot] = key;
        values[slot] = ((long) rank << 32) | merged;
        size++;
        return true;
    }

    /// Rank in the upper half, merged symbol in the lower; or [#NONE].
    long find(int left, int right) {
        long key = key(left, right);
        int slot = slot(key);
        while (true) {
            long found = keys[slot];
            if (found == key) {
                return values[slot];
            }
            if (found == EMPTY) {
                return NONE;
            }
            slot = (slot + 1) & (keys.length - 1);
        }
    }

    int size() {
        return size;
    }

    static int rank(long value) {
        return (int) (value >> 32);
    }

    static int merged(long value) {
        return (int) value;
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | (right & 0xFFFF_FFFFL);
    }

    /// Fibonacci hashing: 2^64 over the golden ratio spreads neighboring ids.
    private int slot(long key) {
        return (int) (((key ^ (key >>> 29)) * 0x9E37_79B9_7F4A_7C15L) >>> shift);
    }
}
