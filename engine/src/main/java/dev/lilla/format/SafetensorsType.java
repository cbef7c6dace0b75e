package dev.lilla.format;

import dev.lilla.tensor.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The element types that safetensors and Lilla share; both name them alike.
final class SafetensorsType {
    private static final List<ElementType> SHARED = Arrays.stream(ElementType.values())
            .filter(type -> !type.isQuantized())
            .toList();

    private SafetensorsType() {}

    static Optional<ElementType> ofName(String dtype) {
        return SHARED.stream().filter(type -> type.name().equals(dtype)).findFirst();
    }

    static boolean holds(ElementType type) {
        return SHARED.contains(type);
    }

    static String names() {
        return SHARED.stream().map(ElementType::name).collect(Collectors.joining(", "));
    }
}
