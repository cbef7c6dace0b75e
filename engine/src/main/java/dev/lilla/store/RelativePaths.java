package dev.lilla.store;

import java.nio.file.Path;
import java.util.regex.Pattern;

/// Paths that strangers name, in a repository's listing or an index: they stay inside a model's folder or are refused.
public final class RelativePaths {
    /// The longest path that is accepted, in characters.
    public static final int LENGTH_MAX = 512;

    private static final Pattern SEGMENT = Pattern.compile("[^/\\\\:*?\"<>|\\p{Cntrl}]{1,255}");

    private RelativePaths() {}

    /// The path inside `folder`.
    ///
    /// @throws IllegalArgumentException if it would lead out of it, on any system
    public static Path inside(Path folder, String path) {
        Path resolved = folder.resolve(check(path)).normalize();
        if (!resolved.startsWith(folder.normalize())) {
            throw refused(path);
        }
        return resolved;
    }

    /// The path itself, if it is relative, has no `..` and only characters that every file system takes.
    ///
    /// @throws IllegalArgumentException otherwise
    static String check(String path) {
        if (path.length() > LENGTH_MAX) {
            throw refused(path);
        }
        for (String segment : path.split("/", -1)) {
            boolean steps = segment.equals(".") || segment.equals("..");
            if (steps || !SEGMENT.matcher(segment).matches() || segment.endsWith(" ") || segment.endsWith(".")) {
                throw refused(path);
            }
        }
        return path;
    }

    private static IllegalArgumentException refused(String path) {
        String shown = path.length() > 80 ? path.substring(0, 80) + "..." : path;
        return new IllegalArgumentException("refused the file name \"" + shown.replaceAll("\\p{Cntrl}", "?")
                + "\": a model's files lie inside its folder, with plain names");
    }
}
