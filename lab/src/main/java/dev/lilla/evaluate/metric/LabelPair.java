package dev.lilla.evaluate.metric;

/// What an example was put in beside what it is.
///
/// @param predicted index of a label, or [#NONE]
/// @param expected index of a label
public record LabelPair(int predicted, int expected) {
    /// The answer names no label.
    public static final int NONE = -1;

    public boolean isRight() {
        return predicted == expected;
    }
}
