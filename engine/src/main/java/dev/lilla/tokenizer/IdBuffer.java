package dev.lilla.tokenizer;

import java.util.Arrays;

/// A growing list of token ids; belongs to one thread.
final class IdBuffer {
    private int[] ids;
    private int size;

    IdBuffer() {
        this(64);
    }

    /// @param capacity ids that fit before it grows
    IdBuffer(int capacity) {
        ids = new int[capacity];
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }

    void addAll(int[] source, int count) {
        if (ids.length - size < count) {
            ids = Arrays.copyOf(ids, Math.max(2 * size, size + count));
        }
        System.arraycopy(source, 0, ids, size, count);
        size += count;
    }

    int get(int index) {
        return ids[index];
    }

    int size() {
        return size;
    }

    int[] toArray() {
        return Arrays.copyOf(ids, size);
    }

    /// The ids from `from` on.
    int[] tail(int from) {
        return Arrays.copyOfRange(ids, from, size);
    }
}
