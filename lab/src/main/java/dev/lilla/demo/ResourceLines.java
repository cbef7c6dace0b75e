package dev.lilla.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The text files of the package: `[header]` lines, each with the lines below it; `#` begins a comment.
final class ResourceLines {
    private ResourceLines() {}

    /// The lines by header, in the order of the file.
    ///
    /// @throws IllegalStateException if there is no such file, or it is malformed
    static Map<String, List<String>> read(String file) {
        try (InputStream stream = ResourceLines.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("the resource " + file + " of the demo corpus is missing");
            }
            return sections(file, new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    static Map<String, List<String>> sections(String file, String text) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> current = null;
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[")) {
                current = new ArrayList<>();
                if (sections.put(line, current) != null) {
                    throw new IllegalStateException(file + ": " + line + " occurs twice");
                }
            } else if (current == null) {
                throw new IllegalStateException(file + ": '" + line + "' stands before the first [header]");
            } else {
                current.add(line);
            }
        }
        return sections;
    }
}
