package dev.lilla.model;

import static org.assertj.core.api.Assertions.assertThat;

/// The largest difference between found and expected numbers, and where it was.
final class Deviation {
    private double max;
    private String where = "nowhere";
    private long count;

    void add(String place, double found, double expected) {
        addDifference(place, Math.abs(found - expected));
    }

    void add(String place, float[] found, float[] expected) {
        assertThat(found).as(place).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            add(place, found[i], expected[i]);
        }
    }

    void addRelative(String place, double found, double expected) {
        addDifference(place, Math.abs(found - expected) / Math.abs(expected));
    }

    private void addDifference(String place, double difference) {
        count++;
        if (!(difference <= max)) {
            max = difference;
            where = place;
        }
    }

    double max() {
        return max;
    }

    long count() {
        return count;
    }

    void assertWithin(double tolerance) {
        assertThat(max).as("largest difference, at " + where).isLessThanOrEqualTo(tolerance);
    }
}
