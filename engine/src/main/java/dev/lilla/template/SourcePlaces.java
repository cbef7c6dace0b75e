package dev.lilla.template;

import java.util.Arrays;

/// Which line and column an offset of the source is in, both counted from 1.
final class SourcePlaces {
    private final int[] lineStarts;

    SourcePlaces(String source) {
        int[] starts = new int[16];
        int lines = 1;
        for (int newline = source.indexOf('\n'); newline >= 0; newline = source.indexOf('\n', newline + 1)) {
            if (lines == starts.length) {
                starts = Arrays.copyOf(starts, lines * 2);
            }
            starts[lines++] = newline + 1;
        }
        lineStarts = Arrays.copyOf(starts, lines);
    }

    int line(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    int column(int offset) {
        return offset - lineStarts[line(offset) - 1] + 1;
    }
}
