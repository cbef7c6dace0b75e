package dev.lilla.project;

import java.util.List;

/// What the value of a field may be.
sealed interface FieldKind {
    record Text(int charactersMax) implements FieldKind {}

    /// One of some words.
    record Choice(List<String> words) implements FieldKind {}

    record WholeNumber(long least, long most) implements FieldKind {}

    record RealNumber(double least, double most) implements FieldKind {}

    /// A time with its unit, or an amount of memory with its unit.
    record Amount(Unit unit) implements FieldKind {
        enum Unit {
            TIME,
            BYTES
        }
    }

    /// A list, or a single value in place of one.
    record Several(FieldKind each, int most) implements FieldKind {}

    /// Fields of its own.
    record Nested(FormSection section) implements FieldKind {}
}
