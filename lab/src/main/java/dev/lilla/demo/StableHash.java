package dev.lilla.demo;

/// A hash that is the same on every machine and in every version.
final class StableHash {
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private StableHash() {}

    /// FNV-1a over the characters, then mixed.
    static long of(String text) {
        long hash = FNV_OFFSET;
        for (int at = 0; at < text.length(); at++) {
            hash = (hash ^ text.charAt(at)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}
