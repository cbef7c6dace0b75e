package dev.lilla.format;

import java.util.Comparator;
import java.util.List;

/// The error for a tensor that a checkpoint lacks.
final class MissingTensor {
    private static final int NAMES_SHOWN = 3;

    private MissingTensor() {}

    static ModelFormatException in(Checkpoint checkpoint, String name) {
        List<String> similar = checkpoint.tensors().keySet().stream()
                .sorted(Comparator.comparingInt(other -> -sharedEnds(name, other)))
                .limit(NAMES_SHOWN)
                .toList();
        return new ModelFormatException(checkpoint.path() + ": tensor " + name + " is missing among "
                + checkpoint.tensors().size() + " tensors"
                + (similar.isEmpty() ? "" : "; the most similar are " + String.join(", ", similar))
                + ". The file is incomplete, or of another architecture than its configuration says.");
    }

    /// Characters that two names have in common at their beginning and at their end.
    private static int sharedEnds(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        int prefix = 0;
        while (prefix < shorter && a.charAt(prefix) == b.charAt(prefix)) {
            prefix++;
        }
        int suffix = 0;
        while (suffix < shorter - prefix && a.charAt(a.length() - 1 - suffix) == b.charAt(b.length() - 1 - suffix)) {
            suffix++;
        }
        return prefix + suffix;
    }
}
