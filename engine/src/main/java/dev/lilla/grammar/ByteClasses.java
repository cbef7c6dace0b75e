package dev.lilla.grammar;

import java.util.Arrays;

/// A partition of the bytes into stretches that a grammar treats alike.
///
/// @param classOf of each byte; not to be changed
/// @param firstByte of each class; not to be changed
record ByteClasses(int[] classOf, int[] firstByte) {
    static ByteClasses of(boolean[] begins) {
        int[] classOf = new int[256];
        int[] firstByte = new int[256];
        int count = 1;
        for (int b = 1; b < 256; b++) {
            if (begins[b]) {
                firstByte[count++] = b;
            }
            classOf[b] = count - 1;
        }
        return new ByteClasses(classOf, Arrays.copyOf(firstByte, count));
    }

    int count() {
        return firstByte.length;
    }

    /// The last byte of a class.
    int lastByte(int index) {
        return index + 1 < firstByte.length ? firstByte[index + 1] - 1 : 255;
    }
}
