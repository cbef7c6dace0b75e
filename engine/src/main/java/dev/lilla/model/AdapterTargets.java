package dev.lilla.model;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Names that stand for modules in `target_modules` of an adapter_config.json. PEFT takes a name for every module whose
/// path is it, or ends with it after a dot.
final class AdapterTargets {
    private AdapterTargets() {}

    /// The shortest names that together stand for the changed modules and no other linear layer: `q_proj` where all
    /// layers have it changed, `mlp.c_proj` where `c_proj` would mean more, whole paths where some layers are left
    /// alone.
    ///
    /// @param changed paths of modules
    /// @param linear paths of all linear layers of the base
    static List<String> of(Collection<String> changed, Collection<String> linear) {
        Set<String> targets = new TreeSet<>();
        for (String module : changed) {
            targets.add(shortest(module, changed, linear));
        }
        return List.copyOf(targets);
    }

    private static String shortest(String module, Collection<String> changed, Collection<String> linear) {
        for (int dot = module.lastIndexOf('.'); dot >= 0; dot = module.lastIndexOf('.', dot - 1)) {
            String name = module.substring(dot + 1);
            boolean meansOthers = linear.stream().anyMatch(other -> names(name, other) && !changed.contains(other));
            if (!meansOthers) {
                return name;
            }
        }
        return module;
    }

    private static boolean names(String name, String module) {
        return module.equals(name) || module.endsWith("." + name);
    }
}
