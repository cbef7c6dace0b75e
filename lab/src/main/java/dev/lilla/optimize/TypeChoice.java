package dev.lilla.optimize;

import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.util.List;

/// Which element type each tensor of a GGUF gets.
@FunctionalInterface
interface TypeChoice {
    /// @param name as in GGUF
    ElementType typeOf(String name, Shape shape);

    /// The same, but for the tensors that the user chose a type for; the last choice counts.
    default TypeChoice with(List<TypeOverride> overrides) {
        return (name, shape) -> overrides.reversed().stream()
                .filter(override -> override.matches(name))
                .findFirst()
                .map(TypeOverride::type)
                .orElseGet(() -> typeOf(name, shape));
    }
}
