package dev.lilla.optimize;

import dev.lilla.format.GgufValue;
import dev.lilla.format.TensorDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Brings what the user says about single tensors into a conversion to GGUF, and holds it against the tensors
/// there are.
final class ChosenTensors {
    private static final String DATASET = "quantize.imatrix.dataset";
    private static final String ENTRIES = "quantize.imatrix.entries_count";
    private static final String CHUNKS = "quantize.imatrix.chunks_count";

    /// What llama.cpp says about the importance matrix of a file.
    static final List<String> KEYS = List.of("quantize.imatrix.file", DATASET, ENTRIES, CHUNKS);

    private ChosenTensors() {}

    /// The plan with the importance of columns, if the request has it.
    ///
    /// @throws IllegalArgumentException if a pattern matches no tensor, or the matrix none of the model's
    static TensorPlan weighted(ConversionRequest request, TensorPlan plan, Progress progress) {
        List<TensorDescription> tensors = plan.descriptions();
        for (TypeOverride override : request.choices().overrides()) {
            if (tensors.stream().noneMatch(tensor -> override.matches(tensor.name()))) {
                throw new IllegalArgumentException(request.source() + ": no tensor is called " + override.pattern()
                        + ". lilla inspect --tensors lists them.");
            }
        }
        if (request.choices().importance().isEmpty()) {
            return plan;
        }
        ImportanceMatrix importance = request.choices().importance().get();
        if (tensors.stream().noneMatch(tensor -> importance.entries().containsKey(tensor.name()))) {
            throw new IllegalArgumentException(request.source() + ": has none of the "
                    + importance.entries().size() + " weights of the importance matrix. Make one with lilla imatrix.");
        }
        List<String> without = tensors.stream()
                .filter(tensor -> tensor.type().isQuantized() && tensor.name().startsWith("blk."))
                .map(TensorDescription::name)
                .filter(name -> !importance.entries().containsKey(name))
                .toList();
        if (!without.isEmpty()) {
            progress.warned("the importance matrix lacks " + without.size() + " weights, which are quantized as if "
                    + "there were none: " + without.getFirst() + (without.size() > 1 ? ", ..." : ""));
        }
        return plan.with(importance);
    }

    /// The keys that say so in the file.
    static Map<String, GgufValue> keys(ConversionRequest request) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        request.choices().importance().ifPresent(importance -> {
            keys.put(DATASET, GgufValue.of(String.join(", ", importance.datasets())));
            keys.put(ENTRIES, GgufValue.of((long) importance.entries().size()));
            keys.put(CHUNKS, GgufValue.of((long) importance.chunks()));
        });
        return keys;
    }
}
