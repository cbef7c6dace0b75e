package dev.lilla.search;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// How much there is to tune, in bytes of weights: what a pass through the data takes goes by them.
final class TuningWork {
    private TuningWork() {}

    static double of(List<Recipe> recipes) {
        return recipes.stream().mapToDouble(TuningWork::of).sum();
    }

    /// Of a recipe's last step.
    static double of(Recipe recipe) {
        return recipe.isTuned() && recipe.type().isEmpty() ? bytes(recipe.source()) : 0;
    }

    private static double bytes(Path model) {
        try (Stream<Path> files = Files.walk(model, 1)) {
            double bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(model + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
