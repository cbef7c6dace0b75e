package dev.lilla.project;

/// Which line a hash was first seen on: an open-addressing table of 12 bytes an entry, so that ten million rows take
/// some 250 MB.
final class LineIndex {
    private static final int START = 1 << 10;

    private long[] hashes = new long[START];
    private int[] lines = new int[START];
    private int size;

    /// The line of a hash, or 0 if it is new, in which case it is kept with `line`.
    int putIfAbsent(long hash, int line) {
        if (2L * size >= hashes.length) {
            grow();
        }
        int at = find(hash);
        if (lines[at] != 0) {
            return lines[at];
        }
        hashes[at] = hash;
        lines[at] = line;
        size++;
        return 0;
    }

    /// The line of a hash, or 0.
    int get(long hash) {
        return lines[find(hash)];
    }

    private int find(long hash) {
        int at = (int) hash & (hashes.length - 1);
        while (lines[at] != 0 && hashes[at] != hash) {
            at = (at + 1) & (hashes.length - 1);
        }
        return at;
    }

    private void grow() {
        long[] oldHashes = hashes;
        int[] oldLines = lines;
        hashes = new long[2 * oldHashes.length];
        lines = new int[hashes.length];
        for (int i = 0; i < oldHashes.length; i++) {
            if (oldLines[i] != 0) {
                int at = find(oldHashes[i]);
                hashes[at] = oldHashes[i];
                lines[at] = oldLines[i];
            }
        }
    }
}
