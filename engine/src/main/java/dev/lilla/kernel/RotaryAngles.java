package dev.lilla.kernel;

import java.lang.foreign.Arena;
import java.util.Arrays;

/// Cosines and sines of a rotary embedding for the rows of a step, computed in double once a step, since all layers
/// share them. They lie as kernels take them, off the heap until nothing refers to them:
///
/// - [RotaryStyle#HALF_SPLIT]: `[rows, rotaryDim / 2]`, one of each for a pair;
/// - [RotaryStyle#INTERLEAVED]: `[rows, rotaryDim]`, each twice, the first sine of the two negated.
///
/// @param cosines already multiplied by the magnitude, as are the sines
record RotaryAngles(RotaryFrequencies frequencies, int[] positions, HostMatrix cosines, HostMatrix sines) {
    static RotaryAngles of(RotaryFrequencies frequencies, int[] positions) {
        float[] inverse = frequencies.inverse();
        int width = width(frequencies);
        HostMatrix cosines = matrix(positions.length, width);
        HostMatrix sines = matrix(positions.length, width);
        for (int row = 0; row < positions.length; row++) {
            for (int pair = 0; pair < inverse.length; pair++) {
                double angle = (double) positions[row] * inverse[pair];
                float cosine = (float) (Math.cos(angle) * frequencies.magnitude());
                float sine = (float) (Math.sin(angle) * frequencies.magnitude());
                switch (frequencies.style()) {
                    case HALF_SPLIT -> {
                        cosines.set(row, pair, cosine);
                        sines.set(row, pair, sine);
                    }
                    case INTERLEAVED -> {
                        cosines.set(row, 2 * pair, cosine);
                        cosines.set(row, 2 * pair + 1, cosine);
                        sines.set(row, 2 * pair, -sine);
                        sines.set(row, 2 * pair + 1, sine);
                    }
                }
            }
        }
        return new RotaryAngles(frequencies, positions.clone(), cosines, sines);
    }

    private static int width(RotaryFrequencies frequencies) {
        return switch (frequencies.style()) {
            case HALF_SPLIT -> frequencies.inverse().length;
            case INTERLEAVED -> frequencies.rotaryDim();
        };
    }

    private static HostMatrix matrix(int rows, int columns) {
        long bytes = (long) rows * columns * Float.BYTES;
        return new HostMatrix(HostBackend.allocate(Arena.ofAuto(), bytes, "rotary angles"), 0, rows, columns, columns);
    }

    float cosine(int row, int pair) {
        return cosines.get(row, column(pair));
    }

    float sine(int row, int pair) {
        return sines.get(row, column(pair));
    }

    private int column(int pair) {
        return switch (frequencies.style()) {
            case HALF_SPLIT -> pair;
            case INTERLEAVED -> 2 * pair + 1;
        };
    }

    /// Whether these are the angles of the same frequencies at the same positions.
    boolean serves(RotaryFrequencies others, int[] otherPositions) {
        return Arrays.equals(positions, otherPositions)
                && frequencies.style() == others.style()
                && frequencies.magnitude() == others.magnitude()
                && Arrays.equals(frequencies.inverse(), others.inverse());
    }
}
