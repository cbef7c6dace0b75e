package dev.lilla.search;

import dev.lilla.optimize.ConversionType;
import dev.lilla.project.Optimization.Pruning;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// How a variant is made of a model: first something is cut out, then what remains is tuned, then it is quantized.
///
/// @param model its name
/// @param source its file or directory
/// @param cut what is cut out
/// @param isTuned whether it learns from the project's training data
/// @param type what its weights are stored as; empty for that of the source
public record Recipe(String model, Path source, Optional<Pruning> cut, boolean isTuned, Optional<ConversionType> type) {
    /// The model as it was found.
    public static Recipe of(String model, Path source) {
        return new Recipe(model, source, Optional.empty(), false, Optional.empty());
    }

    Recipe cut(Pruning value) {
        return new Recipe(model, source, Optional.of(value), isTuned, type);
    }

    Recipe tuned() {
        return new Recipe(model, source, cut, true, type);
    }

    Recipe as(ConversionType value) {
        return new Recipe(model, source, cut, isTuned, Optional.of(value));
    }

    /// What it is made from by its last step; empty for a model as it was found.
    Optional<Recipe> parent() {
        if (type.isPresent()) {
            return Optional.of(new Recipe(model, source, cut, isTuned, Optional.empty()));
        }
        if (isTuned) {
            return Optional.of(new Recipe(model, source, cut, false, type));
        }
        return cut.isPresent() ? Optional.of(of(model, source)) : Optional.empty();
    }

    /// The same of which nothing is cut out, for one that is cut and tuned: against that a cut shows
    /// what it costs, since against its parent the tuning hides it.
    Optional<Recipe> whole() {
        return cut.isPresent() && isTuned && type.isEmpty()
                ? Optional.of(new Recipe(model, source, Optional.empty(), true, type))
                : Optional.empty();
    }

    /// What tells it from the others: `lilla-demo-s, cut layers, tuned, q4_0`.
    public String name() {
        StringBuilder name = new StringBuilder(model);
        cut.ifPresent(what -> name.append(", cut ").append(what.name().toLowerCase(Locale.ROOT)));
        name.append(isTuned ? ", tuned" : "");
        type.ifPresent(value -> name.append(", ").append(value.label()));
        return name.toString();
    }

    /// The same as a name of a file, without its end.
    String fileName() {
        return name().replaceAll("[^A-Za-z0-9._-]+", "-");
    }
}
