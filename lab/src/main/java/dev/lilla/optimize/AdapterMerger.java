package dev.lilla.optimize;

import dev.lilla.model.AdapterFile;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.TensorRule;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.tensor.ElementType;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Merges an adapter into its base: `W + scale * scaling * B · A`, computed in f32 and stored as the type asked for.
///
/// A merge into weights of few bits would round away most of what an adapter adds. So without a type only a base of
/// 8 bits or more is taken, and weights of fewer bits are never the source of weights of fewer bits.
public final class AdapterMerger {
    /// Types whose weights keep what an adapter adds, by their type of conversion.
    private static final Map<ElementType, ConversionType> PRECISE = Map.of(
            ElementType.F32, ConversionType.F32,
            ElementType.F16, ConversionType.F16,
            ElementType.BF16, ConversionType.BF16,
            ElementType.Q8_0, ConversionType.Q8_0);

    private AdapterMerger() {}

    /// Merges, and returns the target.
    ///
    /// @throws IllegalArgumentException if base or adapter are none, the target is in the way, or the base has too
    ///     few bits for the type
    /// @throws dev.lilla.format.ModelFormatException if a file is broken, or the adapter of another model
    /// @throws dev.lilla.format.UnsupportedModelException if the adapter or the model needs what Lilla lacks
    /// @throws java.io.UncheckedIOException if the target cannot be written
    public static Path merge(MergeRequest request, Progress progress) {
        try (ModelDescription base = ModelDescription.open(request.base(), request.options());
                AdapterFile adapter = AdapterFile.open(request.adapter(), base)) {
            ConversionType type = type(request, base, adapter, progress);
            WeightChanges changes = changes(base, adapter, request.scale());
            ConversionRequest conversion = ConversionRequest.of(request.base(), request.target(), type)
                    .with(request.options())
                    .with(Requantizing.ALLOWED);
            return Converter.convert(base, conversion, changes, progress);
        }
    }

    private static WeightChanges changes(ModelDescription base, AdapterFile adapter, float scale) {
        Map<String, WeightChanges.RowChange> byWeight = new HashMap<>();
        adapter.parts().forEach(part -> byWeight.put(part.weight(), new LowRankChange(part, scale)));
        return switch (base.config().naming()) {
            case GGUF -> tensor -> Optional.ofNullable(byWeight.get(tensor));
            case HUGGING_FACE ->
                tensor -> base.table()
                        .huggingFaceRule(tensor)
                        .map(TensorRule::name)
                        .map(byWeight::get);
        };
    }

    private static ConversionType type(
            MergeRequest request, ModelDescription base, AdapterFile adapter, Progress progress) {
        Set<ElementType> types = adapter.parts().stream()
                .map(part -> base.tensor(part.weight()).type())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(ElementType.class)));
        Optional<ElementType> coarse =
                types.stream().filter(type -> !PRECISE.containsKey(type)).findFirst();
        if (coarse.isEmpty()) {
            return request.type()
                    .or(() -> types.stream().map(PRECISE::get).findFirst())
                    .orElseThrow();
        }
        String found = request.base() + ": its weights are " + coarse.get() + ", too coarse to merge into: rounding "
                + "would lose most of what the adapter adds. Merge into the full-precision base instead";
        ConversionType asked = request.type()
                .orElseThrow(() -> new IllegalArgumentException(found
                        + ", and quantize the result with --type; or name f16, bf16, f32 or q8_0 to go on from what "
                        + "is left of this one."));
        if (!PRECISE.containsKey(asked.elementType())) {
            throw new IllegalArgumentException(found + ". Into " + asked.label() + " it cannot go from here.");
        }
        progress.warned(request.base() + ": its weights are " + coarse.get() + "; what quantizing lost stays lost");
        return asked;
    }
}
