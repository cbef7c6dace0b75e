package dev.lilla.search;

import dev.lilla.optimize.ConversionType;
import dev.lilla.project.Optimization;
import dev.lilla.project.Optimization.Pruning;
import dev.lilla.project.Optimization.Tuning;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which recipes are worth trying, round by round.
record Contestants(Optimization optimization) {
    /// Models as they were found, and tuned.
    List<Recipe> first(List<Recipe> models) {
        List<Recipe> recipes = new ArrayList<>(models);
        if (optimization.tuning() == Tuning.LORA) {
            models.forEach(model -> recipes.add(model.tuned()));
        }
        return recipes;
    }

    /// The model of the best so far with parts cut out, healed by tuning where that is allowed.
    List<Recipe> cut(Recipe best) {
        List<Recipe> recipes = new ArrayList<>();
        for (Pruning pruning : optimization.pruning()) {
            Recipe cut = Recipe.of(best.model(), best.source()).cut(pruning);
            recipes.add(cut);
            if (optimization.tuning() == Tuning.LORA) {
                recipes.add(cut.tuned());
            }
        }
        return recipes;
    }

    /// The best so far in fewer bits.
    ///
    /// @param bits of a weight that they have now
    List<Recipe> quantized(Recipe best, double bits) {
        List<Recipe> recipes = new ArrayList<>();
        for (ConversionType type : optimization.types()) {
            if (VariantMaker.bits(type) < bits - 0.1) {
                recipes.add(best.as(type));
            }
        }
        return recipes;
    }

    /// Recipes with all that they are made from and held against, which stands before them.
    static List<Recipe> withAncestors(List<Recipe> recipes) {
        Set<Recipe> all = new LinkedHashSet<>();
        recipes.forEach(recipe -> addWithAncestors(recipe, all));
        return List.copyOf(all);
    }

    private static void addWithAncestors(Recipe recipe, Set<Recipe> all) {
        recipe.parent().ifPresent(parent -> addWithAncestors(parent, all));
        recipe.whole().ifPresent(whole -> addWithAncestors(whole, all));
        all.add(recipe);
    }
}
