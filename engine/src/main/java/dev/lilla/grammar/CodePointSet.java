package dev.lilla.grammar;

import java.util.BitSet;

/// A set of Unicode scalar values: code points without surrogates. Changed only while it is put together.
final class CodePointSet {
    private static final int END = Character.MAX_CODE_POINT + 1;

    private final BitSet members = new BitSet();

    static CodePointSet of(int codePoint) {
        return new CodePointSet().add(codePoint, codePoint);
    }

    static CodePointSet all() {
        return new CodePointSet().add(0, Character.MAX_CODE_POINT);
    }

    /// Adds a range, both ends inclusive; surrogates in it are left out.
    CodePointSet add(int from, int to) {
        members.set(from, to + 1);
        if (to >= Character.MIN_SURROGATE && from <= Character.MAX_SURROGATE) {
            members.clear(Character.MIN_SURROGATE, Character.MAX_SURROGATE + 1);
        }
        return this;
    }

    CodePointSet addAll(CodePointSet other) {
        members.or(other.members);
        return this;
    }

    CodePointSet removeAll(CodePointSet other) {
        members.andNot(other.members);
        return this;
    }

    CodePointSet complement() {
        return all().removeAll(this);
    }

    CodePointSet copy() {
        return new CodePointSet().addAll(this);
    }

    boolean contains(int codePoint) {
        return members.get(codePoint);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /// A bit a code point, as far as there are any.
    long[] words() {
        return members.toLongArray();
    }

    /// Takes the ranges of a set, both ends inclusive.
    interface RangeSink {
        void range(int from, int to);
    }

    void forEachRange(RangeSink sink) {
        int from = members.nextSetBit(0);
        while (from >= 0 && from < END) {
            int end = members.nextClearBit(from);
            sink.range(from, end - 1);
            from = members.nextSetBit(end);
        }
    }
}
