package dev.lilla.serve.ollama;

import dev.lilla.serve.host.ModelEntry;
import java.util.List;
import java.util.Locale;

/// The field `details` of a model.
///
/// @param parameterSize for people: `1.7M`
record OllamaDetails(
        String parentModel,
        String format,
        String family,
        List<String> families,
        String parameterSize,
        String quantizationLevel) {
    static OllamaDetails of(ModelEntry entry) {
        String family = entry.details().family();
        return new OllamaDetails(
                "",
                entry.details().format(),
                family,
                List.of(family),
                size(entry.parameters()),
                entry.details().elementType());
    }

    private static String size(long parameters) {
        if (parameters >= 1_000_000_000) {
            return String.format(Locale.ROOT, "%.1fB", parameters / 1e9);
        }
        return parameters >= 1_000_000
                ? String.format(Locale.ROOT, "%.1fM", parameters / 1e6)
                : String.format(Locale.ROOT, "%.0fK", parameters / 1e3);
    }
}
