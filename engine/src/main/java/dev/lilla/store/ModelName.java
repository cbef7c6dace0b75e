package dev.lilla.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a model is called: `owner/name` or a short `name`, each with `:file` where one repository holds several.
///
/// @param owner `null` in a short name: whatever owner has a model of that name
/// @param file a file's path or a part of its name that tells it apart (`q4_k_m`); `null` where there is no choice
public record ModelName(
        @Nullable String owner, String name, @Nullable String file) {
    /// The owner of what was imported under a short name.
    public static final String LOCAL = "local";

    private static final String SEGMENT = "[A-Za-z0-9](?:[A-Za-z0-9_-]|\\.(?!\\.)){0,95}";
    private static final Pattern FORM = Pattern.compile("(?:(" + SEGMENT + ")/)?(" + SEGMENT + ")(?::(.+))?");

    public ModelName {
        if (file != null) {
            RelativePaths.check(file);
        }
    }

    /// Reads a name.
    ///
    /// @throws IllegalArgumentException if it is none
    public static ModelName parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no model name. A name is OWNER/NAME or NAME, with "
                    + ":FILE where there are several, such as TinyLlama/TinyLlama-1.1B-Chat-v1.0");
        }
        return new ModelName(matcher.group(1), matcher.group(2), matcher.group(3));
    }

    /// The owner, or [#LOCAL] for a short name.
    public String ownerOrLocal() {
        return owner == null ? LOCAL : owner;
    }

    /// The same repository, whatever the file.
    public ModelName repository() {
        return new ModelName(owner, name, null);
    }

    public ModelName withFile(String path) {
        return new ModelName(owner, name, path);
    }

    /// `owner/name:file`, as it can be parsed again.
    @Override
    public String toString() {
        return (owner == null ? "" : owner + "/") + name + (file == null ? "" : ":" + file);
    }
}
