package dev.lilla.tokenizer;

import org.jspecify.annotations.Nullable;

/// Remembers the ids of short pieces, since words repeat.
///
/// Safe for several threads without locks: an entry is immutable and its fields are final, so a reader sees a whole
/// entry or none; a lost update costs one repeated merge.
final class WordCache {
    /// Pieces longer than this are rarely seen twice.
    static final int CHARACTERS_MAX = 24;

    /// 16384 entries of some 100 bytes: at most 2 MB a tokenizer.
    private static final int SLOTS = 1 << 14;

    private final @Nullable Entry[] entries = new @Nullable Entry[SLOTS];

    private record Entry(String word, int[] ids) {}

    /// Appends the ids of `text[from, to)`, if they are known.
    boolean copy(String text, int from, int to, IdBuffer out) {
        Entry entry = entries[slot(text, from, to)];
        if (entry == null || entry.word.length() != to - from || !text.regionMatches(from, entry.word, 0, to - from)) {
            return false;
        }
        out.addAll(entry.ids, entry.ids.length);
        return true;
    }

    void put(String text, int from, int to, int[] ids) {
        entries[slot(text, from, to)] = new Entry(text.substring(from, to), ids);
    }

    private static int slot(String text, int from, int to) {
        int hash = to - from;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + text.charAt(i);
        }
        return (hash * 0x9E37_79B1) >>> (32 - 14);
    }
}
