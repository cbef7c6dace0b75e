package dev.lilla.model.family;

import dev.lilla.format.ModelFormatException;

/// One key of a model's configuration, and what to say where its value cannot be.
///
/// @param file where the key stands
/// @param name the key as the file spells it
record ConfigKey(String file, String name) {
    /// The longest piece of a value that messages repeat.
    private static final int SHOWN_CHARACTERS_MAX = 60;

    /// `value`, checked to be a whole number from 1 to `max`.
    int count(long value, int max) {
        if (value < 1 || value > max) {
            throw bad(value, "a whole number from 1 to " + max);
        }
        return (int) value;
    }

    /// `value`, checked to be finite and above zero, as a float too.
    double positive(double value) {
        if (!((float) value > 0) || Float.isInfinite((float) value)) {
            throw bad(value, "a number above zero");
        }
        return value;
    }

    /// `value`, checked to be the base of a rotary embedding: finite and above one.
    double base(double value) {
        if (positive(value) <= 1) {
            throw bad(value, "a number above one");
        }
        return value;
    }

    ModelFormatException bad(Object found, String expected) {
        String shown = String.valueOf(found);
        if (shown.length() > SHOWN_CHARACTERS_MAX) {
            shown = shown.substring(0, SHOWN_CHARACTERS_MAX) + "…";
        }
        return new ModelFormatException(file + ": " + name + " is " + shown + ", expected " + expected
                + ". Download the model again, or correct the value.");
    }

    ModelFormatException missing(String expected) {
        return new ModelFormatException(file + ": " + name + " is missing, expected " + expected
                + ". Download the model again, or add the value.");
    }
}
