package dev.lilla.deploy;

/// Words for command lines, quoted where they have to be.
final class ShellText {
    private static final String PLAIN = "[\\p{L}\\p{N}_./+-]+";

    private ShellText() {}

    /// For a POSIX shell.
    static String quoted(String word) {
        return word.matches(PLAIN) ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /// For `ExecStart=` of systemd, where `%` and `$` have meanings of their own.
    static String unit(String word) {
        String escaped = word.replace("%", "%%").replace("$", "$$");
        return word.matches(PLAIN)
                ? escaped
                : "\"" + escaped.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
