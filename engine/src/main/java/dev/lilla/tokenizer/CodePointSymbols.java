package dev.lilla.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// The symbols that code points begin as before they merge.
///
/// A symbol below the size of the vocabulary is a token. Above are code points that are no token of their own but part
/// of one; a code point that no token has is negative, and merges with nothing.
final class CodePointSymbols {
    private final int vocabularySize;
    private final int[] basic = new int[0x10000];
    private final Map<Integer, Integer> supplementary = new HashMap<>();
    private int[] extra = new int[16];
    private int extraCount;

    CodePointSymbols(int vocabularySize) {
        this.vocabularySize = vocabularySize;
        Arrays.fill(basic, -1);
    }

    /// Makes a code point a token.
    void put(int codePoint, int id) {
        if (codePoint < basic.length) {
            basic[codePoint] = id;
        } else {
            supplementary.put(codePoint, id);
        }
    }

    /// The symbol of a code point that is part of a token; makes one if need be.
    int part(int codePoint) {
        int known = find(codePoint);
        if (known >= 0) {
            return known;
        }
        if (extraCount == extra.length) {
            extra = Arrays.copyOf(extra, 2 * extraCount);
        }
        extra[extraCount] = codePoint;
        put(codePoint, vocabularySize + extraCount);
        return vocabularySize + extraCount++;
    }

    /// Writes the symbols of `text[from, to)`.
    ///
    /// @return how many
    int read(String text, int from, int to, int[] symbols) {
        int count = 0;
        for (int i = from; i < to; ) {
            int c = text.codePointAt(i);
            symbols[count++] = find(c);
            i += Character.charCount(c);
        }
        return count;
    }

    boolean isToken(int symbol) {
        return symbol >= 0 && symbol < vocabularySize;
    }

    /// The code point of a symbol that is no token.
    int codePoint(int symbol) {
        return symbol < 0 ? ~symbol : extra[symbol - vocabularySize];
    }

    private int find(int codePoint) {
        if (codePoint < basic.length) {
            int symbol = basic[codePoint];
            return symbol >= 0 ? symbol : ~codePoint;
        }
        return supplementary.getOrDefault(codePoint, ~codePoint);
    }
}
