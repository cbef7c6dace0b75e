package dev.lilla.kernel;

import java.util.Arrays;

/// Cosines and sines of a rotary embedding for the rows of a step, `[rows, rotaryDim / 2]` each: computed in double
/// once a step, since all layers share them.
///
/// @param cosines already multiplied by the magnitude, as are the sines
record RotaryAngles(RotaryFrequencies frequencies, int[] positions, float[] cosines, float[] sines) {
    static RotaryAngles of(RotaryFrequencies frequencies, int[] positions) {
        float[] inverse = frequencies.inverse();
        int pairs = inverse.length;
        float[] cosines = new float[Math.multiplyExact(positions.length, pairs)];
        float[] sines = new float[cosines.length];
        for (int row = 0; row < positions.length; row++) {
            for (int pair = 0; pair < pairs; pair++) {
                double angle = (double) positions[row] * inverse[pair];
                cosines[row * pairs + pair] = (float) (Math.cos(angle) * frequencies.magnitude());
                sines[row * pairs + pair] = (float) (Math.sin(angle) * frequencies.magnitude());
            }
        }
        return new RotaryAngles(frequencies, positions.clone(), cosines, sines);
    }

    /// Whether these are the angles of the same frequencies at the same positions.
    boolean serves(RotaryFrequencies others, int[] otherPositions) {
        return Arrays.equals(frequencies.inverse(), others.inverse())
                && frequencies.style() == others.style()
                && frequencies.magnitude() == others.magnitude()
                && Arrays.equals(positions, otherPositions);
    }
}
