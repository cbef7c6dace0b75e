package dev.lilla.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A file of a deployment folder with its gaps, `@name@`, to be filled in.
final class FolderTemplate {
    private static final Pattern GAP = Pattern.compile("@([a-z0-9]+)@");

    private FolderTemplate() {}

    /// The text of a file.
    ///
    /// @param values of the gaps, each safe where its gap stands
    static String fill(String name, Map<String, String> values) {
        return GAP.matcher(text(name)).replaceAll(gap -> {
            String value = values.get(gap.group(1));
            if (value == null) {
                throw new IllegalStateException(
                        "the template " + name + " has the gap " + gap.group() + ", which " + "nothing fills");
            }
            return Matcher.quoteReplacement(value);
        });
    }

    private static String text(String name) {
        try (InputStream stream = FolderTemplate.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the template " + name + " is missing from the program");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
