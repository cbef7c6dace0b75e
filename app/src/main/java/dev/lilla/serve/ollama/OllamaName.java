package dev.lilla.serve.ollama;

import dev.lilla.serve.host.ModelEntry;

/// Names as Ollama has them: `model:tag`.
final class OllamaName {
    private static final String LATEST = ":latest";

    private OllamaName() {}

    /// The name of an entry, with a tag.
    static String of(ModelEntry entry) {
        String name = entry.name();
        return name.indexOf(':', name.lastIndexOf('/') + 1) < 0 ? name + LATEST : name;
    }

    /// A name without the tag that clients add where the user gave none, and without the hub's address.
    static String plain(String name) {
        String plain = name.replaceFirst("^(?:https?://)?(?:hf\\.co|huggingface\\.co)/", "");
        return plain.endsWith(LATEST) ? plain.substring(0, plain.length() - LATEST.length()) : plain;
    }
}
