package dev.lilla.tokenizer;

import java.util.Arrays;
import java.util.List;

/// The ids of pieces by parts of other texts, without making strings of the parts: an open-addressing hash table whose
/// hash is that of [String#hashCode], which is found for every part of a text from those of its beginnings.
///
/// Half full at most.
final class PieceIndex {
    private final List<String> pieces;

    /// Ids, or -1.
    private final int[] slots;

    /// @param pieces by id, empty where there is none; the first of equal ones counts
    PieceIndex(List<String> pieces) {
        this.pieces = pieces;
        this.slots = new int[Math.max(16, Integer.highestOneBit(Math.max(1, pieces.size())) << 2)];
        Arrays.fill(slots, -1);
        for (int id = 0; id < pieces.size(); id++) {
            String piece = pieces.get(id);
            if (!piece.isEmpty()) {
                int slot = slot(piece.hashCode());
                while (slots[slot] >= 0 && !pieces.get(slots[slot]).equals(piece)) {
                    slot = slot + 1 & slots.length - 1;
                }
                if (slots[slot] < 0) {
                    slots[slot] = id;
                }
            }
        }
    }

    /// The id of the piece `text[from, to)`, or -1.
    ///
    /// @param hash of that part, as [String#hashCode] has it
    int find(String text, int from, int to, int hash) {
        for (int slot = slot(hash); slots[slot] >= 0; slot = slot + 1 & slots.length - 1) {
            String piece = pieces.get(slots[slot]);
            if (piece.length() == to - from && piece.regionMatches(0, text, from, to - from)) {
                return slots[slot];
            }
        }
        return -1;
    }

    /// Fibonacci hashing, as neighboring texts have neighboring hashes.
    private int slot(int hash) {
        int bits = Integer.numberOfTrailingZeros(slots.length);
        return (hash * 0x9E37_79B9) >>> (Integer.SIZE - bits);
    }
}
