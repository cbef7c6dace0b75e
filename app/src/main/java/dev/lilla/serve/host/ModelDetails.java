package dev.lilla.serve.host;

import dev.lilla.format.Gguf;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Collectors;

/// What kind of model an entry is.
///
/// @param format of its files: `gguf` or `safetensors`
/// @param family what GGUF calls its architecture
/// @param elementType of most of its weights: `Q4_K`
public record ModelDetails(String format, String family, String elementType) {
    public static ModelDetails of(ModelDescription description) {
        Map<ElementType, Long> bytes = description.tensors().values().stream()
                .collect(Collectors.groupingBy(
                        Tensor::type,
                        Collectors.summingLong(tensor -> tensor.data().byteSize())));
        String most = bytes.entrySet().stream()
                .max(Comparator.comparingLong(Map.Entry::getValue))
                .map(entry -> entry.getKey().name())
                .orElse("");
        String format = description.checkpoint() instanceof Gguf ? "gguf" : "safetensors";
        return new ModelDetails(format, description.ggufArchitecture(), most);
    }
}
