package dev.lilla.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether Linux gives programs that ask for it memory in pages of 2 MiB, as weights and caches lie best: reading
/// them is 12 to 14 % faster (KERNELS.md 6).
///
/// @param setting what is chosen, `always`, `madvise` or `never`; empty where the system does not say
record HugePages(String setting) {
    private static final Path FILE = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

    static HugePages read() {
        try {
            return parse(Files.readString(FILE));
        } catch (IOException e) {
            return new HugePages("");
        }
    }

    /// @param text the choices, that which is chosen in brackets: `always [madvise] never`
    static HugePages parse(String text) {
        Matcher chosen = CHOSEN.matcher(text);
        return new HugePages(chosen.find() ? chosen.group(1) : "");
    }

    Check check() {
        return switch (setting) {
            case "always" -> Check.ok("Huge pages", "always: weights and caches lie in pages of 2 MiB");
            case "madvise" ->
                Check.ok("Huge pages", "madvise: weights and caches, which ask for them, lie in pages of 2 MiB");
            case "never" ->
                Check.warning(
                        "Huge pages",
                        "never: weights lie in pages of 4 KiB, and reading them takes 12 to 14 % longer",
                        "Allow them: echo madvise | sudo tee " + FILE);
            case "" -> Check.ok("Huge pages", "unknown on this system");
            default -> Check.ok("Huge pages", setting + ", which Lilla does not know");
        };
    }
}
