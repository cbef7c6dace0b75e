package dev.lilla.project;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Numbers that stand for texts: equal texts have equal ones, others almost never.
final class InputHash {
    private static final long START = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private InputHash() {}

    /// Of a text whatever its case and spaces, with a second one that belongs to it.
    static long of(String input, String context) {
        return mix(words(words(START, input), "\u0000" + context));
    }

    /// Of a text to the letter.
    static long exact(String text) {
        long hash = START;
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (value & 0xFF)) * PRIME;
        }
        return mix(hash);
    }

    /// Of another hash and a seed.
    static long seeded(long hash, long seed) {
        return mix(hash ^ mix(seed + PRIME));
    }

    private static long words(long start, String text) {
        long hash = start;
        boolean isSpace = true;
        String lower = text.toLowerCase(Locale.ROOT);
        int end = lower.stripTrailing().length();
        for (int i = 0; i < end; i++) {
            char letter = lower.charAt(i);
            boolean space = Character.isWhitespace(letter);
            if (!space || !isSpace) {
                hash = (hash ^ (space ? ' ' : letter)) * PRIME;
            }
            isSpace = space;
        }
        return hash;
    }

    /// The finalizer of SplitMix64: every bit of the result depends on every bit of the number.
    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
