package dev.lilla.search;

import dev.lilla.data.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

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
        try {
            return new FileTree(model).bytes();
        } catch (IOException e) {
            throw new UncheckedIOException(model + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
