package dev.lilla.bench;

import java.util.List;

/// A program on the command line of a comparison: `LABEL=PROGRAM FLAGS`.
record ProgramLine(String label, List<String> words) {
    /// @throws IllegalArgumentException if it is nothing of that form
    static ProgramLine parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 1 || text.substring(equals + 1).isBlank()) {
            throw new IllegalArgumentException("a program is given as \"LABEL=PROGRAM FLAGS\", found \"" + text + "\"");
        }
        return new ProgramLine(
                text.substring(0, equals).strip(),
                List.of(text.substring(equals + 1).strip().split("\\s+")));
    }
}
