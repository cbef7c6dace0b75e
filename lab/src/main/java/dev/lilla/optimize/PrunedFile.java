package dev.lilla.optimize;

import dev.lilla.format.CheckpointWriter;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufType;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.model.Attention;
import dev.lilla.model.LayerSpec;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Writes a GGUF that lacks parts of another one, so that it loads like any model of its family.
public final class PrunedFile {
    private PrunedFile() {}

    /// What to write, and how.
    ///
    /// @param options that the model was opened with
    /// @param requantizing whether weights of fewer than 8 bits may be quantized again where columns go
    public record Target(Path path, LoadOptions options, Requantizing requantizing) {}

    /// Writes the model that remains. The file appears under its name when it is complete and was opened once.
    ///
    /// @param model a GGUF
    /// @throws IllegalArgumentException if the model is no GGUF, or weights of few bits would have to be
    ///     quantized again
    ///     and that is not allowed
    /// @throws UnsupportedModelException if layers of the family differ by their number, and the wrong ones go
    /// @throws UncheckedIOException if the file cannot be written
    public static void write(ModelDescription model, Cuts cuts, Target request, Progress progress) {
        Path target = request.path();
        if (!(model.checkpoint() instanceof Gguf source)) {
            throw new IllegalArgumentException(model.path() + ": is no GGUF file. Convert it first: lilla convert");
        }
        CutTensors tensors = new CutTensors(model.spec(), cuts);
        List<PlannedTensor> planned = new ArrayList<>();
        for (Tensor tensor : source.tensors().values()) {
            if (request.requantizing() != Requantizing.ALLOWED
                    && tensors.isRequantized(tensor)
                    && tensor.type() != ElementType.Q8_0) {
                throw new IllegalArgumentException(model.path() + ": tensor " + tensor.name() + " is " + tensor.type()
                        + ", and quantizing it again without some columns would lose more. Prune the original model, "
                        + "or ask for it with --requantize.");
            }
            tensors.plan(tensor).ifPresent(planned::add);
        }
        TensorPlan plan = new TensorPlan(planned);
        Path partial = target.resolveSibling(target.getFileName() + ".unchecked");
        try {
            GgufMetadata keys = GgufMetadata.of(target.toString(), keys(source.metadata(), model.dimensions(), cuts));
            try (CheckpointWriter writer = GgufWriter.create(partial, keys, plan.descriptions())) {
                Converter.write(writer, plan, progress);
                writer.finish();
            }
            check(model, cuts, partial, request.options());
            Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be written: " + e.getMessage(), e);
        } finally {
            delete(partial);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be deleted: " + e.getMessage(), e);
        }
    }

    private static Map<String, GgufValue> keys(GgufMetadata metadata, Dimensions d, Cuts cuts) {
        String prefix = metadata.architecture() + ".";
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        metadata.entries()
                .forEach((key, value) -> keys.put(key, key.startsWith(prefix) ? byLayer(value, d, cuts) : value));
        int kvHeads = cuts.groups().getFirst().length;
        int ffn = cuts.neurons().getFirst().length;
        keys.put(prefix + "block_count", GgufValue.of((long) cuts.layers().size()));
        // Some architectures count both halves of a gated block.
        long stated = metadata.findInteger(prefix + "feed_forward_length").orElse(d.ffn());
        keys.put(prefix + "feed_forward_length", GgufValue.of(stated / d.ffn() * ffn));
        keys.put(prefix + "attention.head_count", GgufValue.of((long) d.heads() / d.kvHeads() * kvHeads));
        keys.put(prefix + "attention.head_count_kv", GgufValue.of((long) kvHeads));
        keys.put(prefix + "attention.key_length", GgufValue.of((long) d.headDim()));
        keys.put(prefix + "attention.value_length", GgufValue.of((long) d.headDim()));
        keys.remove("general.size_label");
        return keys;
    }

    /// An array with an element for each layer keeps those of the layers that stay.
    private static GgufValue byLayer(GgufValue value, Dimensions d, Cuts cuts) {
        return switch (value) {
            case GgufValue.Wholes(GgufType type, List<Long> all)
            when all.size() == d.layers() ->
                new GgufValue.Wholes(type, cuts.layers().stream().map(all::get).toList());
            case GgufValue.Flags(List<Boolean> all)
            when all.size() == d.layers() ->
                new GgufValue.Flags(cuts.layers().stream().map(all::get).toList());
            default -> value;
        };
    }

    /// The layers that stay must work as before: some families turn or mask by the number of the layer.
    private static void check(ModelDescription model, Cuts cuts, Path file, LoadOptions options) {
        try (ModelDescription pruned = ModelDescription.open(file, options)) {
            for (int i = 0; i < cuts.layers().size(); i++) {
                LayerSpec before = model.spec().layers().get(cuts.layers().get(i));
                LayerSpec after = pruned.spec().layers().get(i);
                if (!works(before).equals(works(after))) {
                    throw new UnsupportedModelException(
                            model.path() + ": layer " + cuts.layers().get(i)
                                    + " would become layer " + i + ", which "
                                    + model.family().name()
                                    + " models turn or mask in another way. Keep another number of layers, or all of them.");
                }
            }
        }
    }

    private static List<Object> works(LayerSpec layer) {
        Attention attention = CutScores.attention(layer);
        return List.of(
                attention.mask(),
                attention.rotary().map(Object.class::cast),
                attention.headNorms().isPresent(),
                Optional.of(layer.order()));
    }
}
