package dev.lilla.deploy;

import java.text.Normalizer;
import java.util.Locale;

/// A project's name in the two forms that a server needs.
///
/// @param label for units, images and clusters: a DNS label (RFC 1123) of at most 40 characters
/// @param model what clients call the model: the project's name without signs that have a meaning there
record ServiceName(String label, String model) {
    /// Leaves room for what is put behind it, as `-api-key`.
    private static final int LABEL_MAX = 40;

    static ServiceName of(String project) {
        String plain = Normalizer.normalize(project, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-");
        String cut = plain.substring(0, Math.min(plain.length(), LABEL_MAX)).replaceAll("^-+|-+$", "");
        // A label of a service has to begin with a letter (RFC 1035).
        String label = cut.isEmpty() ? "lilla-project" : Character.isDigit(cut.charAt(0)) ? "lilla-" + cut : cut;
        String model = project.strip().replaceAll("[\\p{Cntrl}:/\\\\\"]+", "-");
        return new ServiceName(label, model.isEmpty() ? label : model);
    }
}
