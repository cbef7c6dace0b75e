package dev.lilla.project;

import java.nio.file.Path;
import java.util.List;

/// Something the check of the data noticed, with all the places it was seen at.
///
/// @param kind what it is
/// @param file in which it was seen
/// @param message what is wrong and what to do, for the first place
/// @param lines of the first places, from 1; empty where the file as a whole is meant
/// @param count of all places
public record Finding(Kind kind, Path file, String message, List<Integer> lines, long count) {
    public Finding {
        lines = List.copyOf(lines);
    }

    /// Whether one can go on with it.
    public enum Severity {
        ERROR,
        WARNING
    }

    /// What can be wrong with data.
    public enum Kind {
        UNREADABLE(Severity.ERROR),
        MISSING_COLUMN(Severity.ERROR),
        EMPTY_FILE(Severity.ERROR),
        NO_TEST_ROWS(Severity.ERROR),
        EMPTY_INPUT(Severity.ERROR),
        EMPTY_OUTPUT(Severity.ERROR),
        DUPLICATE_ID(Severity.ERROR),
        UNKNOWN_LABEL(Severity.ERROR),
        UNSEEN_LABEL(Severity.ERROR),
        LEAK(Severity.ERROR),
        NO_JSON(Severity.ERROR),
        CONTRADICTION(Severity.WARNING),
        REPEATED_INPUT(Severity.WARNING),
        MANY_LABELS(Severity.WARNING),
        SPARSE_LABEL(Severity.WARNING),
        FEW_ROWS(Severity.WARNING),
        WITHOUT_EFFECT(Severity.WARNING);

        private final Severity severity;

        Kind(Severity severity) {
            this.severity = severity;
        }

        public Severity severity() {
            return severity;
        }

        public String label() {
            return EnumWords.of(this);
        }
    }
}
