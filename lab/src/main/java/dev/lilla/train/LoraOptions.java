package dev.lilla.train;

import dev.lilla.format.UnsupportedModelException;
import dev.lilla.model.AdapterScaling;
import dev.lilla.model.LoraSetup;
import dev.lilla.model.family.ModelDescription;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A low-rank adapter to be trained.
///
/// @param rank inner dimension
/// @param alpha strength of the changes
/// @param scaling how alpha and the rank become the factor on them
/// @param dropout share of the inputs that are dropped while training
/// @param targets names of modules as PEFT has them (`q_proj`, `mlp.c_proj`), or [#ALL_LINEAR]
public record LoraOptions(int rank, double alpha, AdapterScaling scaling, double dropout, Set<String> targets) {
    /// Every linear map but the head.
    public static final String ALL_LINEAR = "all-linear";

    public LoraOptions {
        targets = Set.copyOf(targets);
        if (rank < 1 || !(alpha > 0) || !(dropout >= 0 && dropout < 1) || targets.isEmpty()) {
            throw new IllegalArgumentException("no adapter: rank " + rank + " (at least 1), alpha " + alpha
                    + " (above 0), dropout " + dropout + " (from 0 to below 1), targets " + targets
                    + " (at least one)");
        }
    }

    /// In words that tell it from others.
    String describe() {
        return "LoRA of rank " + rank + ", alpha " + alpha
                + (scaling == AdapterScaling.BY_ROOT_OF_RANK ? " by the root of the rank" : "") + ", dropout " + dropout
                + ", on " + String.join(", ", new TreeSet<>(targets));
    }

    /// For a model.
    ///
    /// @throws UnsupportedModelException if it has no module of a name
    LoraSetup setup(ModelDescription model, long seed) {
        float factor = scaling.of(alpha, rank);
        return new LoraSetup(weights(model), rank, factor, (float) dropout, seed);
    }

    private Set<String> weights(ModelDescription model) {
        Map<String, String> modules = modules(model);
        Set<String> weights = new TreeSet<>();
        for (String target : targets) {
            Set<String> matching = new TreeSet<>();
            modules.forEach((module, weight) -> {
                if (target.equals(ALL_LINEAR) || module.equals(target) || module.endsWith("." + target)) {
                    matching.add(weight);
                }
            });
            if (matching.isEmpty()) {
                throw new UnsupportedModelException(model.path() + ": has no linear module named " + target
                        + ". It has: " + String.join(", ", names(modules.keySet())) + ", or all of them: "
                        + ALL_LINEAR + ".");
            }
            weights.addAll(matching);
        }
        return weights;
    }

    /// Weights that may be changed, by the paths of their modules in Hugging Face's checkpoints.
    private static Map<String, String> modules(ModelDescription model) {
        String head = model.spec().head().weight().weight();
        Map<String, String> modules = new TreeMap<>();
        for (String weight : model.spec().linearMaps().keySet()) {
            if (!weight.equals(head)) {
                model.table().moduleOfWeight(weight).ifPresent(module -> modules.put(module, weight));
            }
        }
        return modules;
    }

    private static Set<String> names(Set<String> modules) {
        Set<String> names = new TreeSet<>();
        modules.forEach(module -> names.add(module.substring(module.lastIndexOf('.') + 1)));
        return names;
    }
}
