package dev.lilla.optimize;

import dev.lilla.format.CheckpointWriter;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.GgufValue;
import dev.lilla.format.GgufWriter;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ConversionRequest.Form;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Converts models: a Hugging Face directory to GGUF, GGUF to GGUF of another type, and GGUF to a directory.
///
/// GGUF files come out as llama.cpp's tools make them: same names, layout, types and bytes. Tensors pass in
/// parts of a
/// few megabytes, so that a model needs next to no memory. What is written appears under its name only when
/// complete.
public final class Converter {
    /// The version of the layouts of quantized blocks.
    private static final int QUANTIZATION_VERSION = 2;

    private static final List<String> SPLIT_KEYS = List.of("split.no", "split.count", "split.tensors.count");

    private Converter() {}

    /// Converts, and returns the target.
    ///
    /// @throws IllegalArgumentException if there is no model at the source, the target is in the way, or the
    ///     request contradicts itself
    /// @throws dev.lilla.format.ModelFormatException if a file is broken
    /// @throws dev.lilla.format.UnsupportedModelException if the target cannot hold the model
    /// @throws UncheckedIOException if the target cannot be written
    public static Path convert(ConversionRequest request, Progress progress) {
        return convert(request, WeightChanges.NONE, progress);
    }

    /// Writes a model with something added to its weights, in the same form too.
    ///
    /// @param model at the request's source
    static Path convert(ModelDescription model, ConversionRequest request, WeightChanges changes, Progress progress) {
        if (request.form() == ConversionRequest.Form.HUGGING_FACE
                && model.directory().isPresent()) {
            requireFloats(request);
            CheckpointCopy.write(model, request.target(), request.type().elementType(), changes, progress);
            return request.target();
        }
        return convert(request, changes, progress);
    }

    private static void requireFloats(ConversionRequest request) {
        if (request.type().elementType().isQuantized()) {
            throw new IllegalArgumentException("a Hugging Face directory cannot hold weights of type "
                    + request.type().label() + ". Choose f32, f16 or bf16, or a target that ends with .gguf.");
        }
        if (Files.isDirectory(request.target())
                && request.target()
                        .toAbsolutePath()
                        .normalize()
                        .equals(request.source().toAbsolutePath().normalize())) {
            throw new IllegalArgumentException(request.target() + ": is both base and target. Name another target.");
        }
    }

    /// Converts with something added to the weights.
    static Path convert(ConversionRequest request, WeightChanges changes, Progress progress) {
        refuseSamePlace(request);
        boolean isGguf = Gguf.isGguf(request.source());
        switch (request.form()) {
            case GGUF -> {
                if (isGguf) {
                    retype(request, changes, progress);
                } else {
                    toGguf(request, changes, progress);
                }
            }
            case HUGGING_FACE -> {
                if (!isGguf) {
                    throw new IllegalArgumentException(request.source()
                            + ": is a Hugging Face directory already. Name a target that ends with .gguf.");
                }
                HuggingFaceExport.write(request, changes, progress);
            }
        }
        return request.target();
    }

    private static void refuseSamePlace(ConversionRequest request) {
        try {
            if (Files.exists(request.target()) && Files.isSameFile(request.source(), request.target())) {
                throw new IllegalArgumentException(
                        request.target() + ": is both source and target. Name another target.");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(request.target() + ": cannot be read: " + e.getMessage(), e);
        }
        boolean isFloating = !request.type().elementType().isQuantized();
        if (request.form() == Form.HUGGING_FACE && !isFloating) {
            throw new IllegalArgumentException("a Hugging Face directory cannot hold weights of type "
                    + request.type().label() + ". Choose f32, f16 or bf16, or a target that ends with .gguf.");
        }
    }

    private static void toGguf(ConversionRequest request, WeightChanges changes, Progress progress) {
        try (ModelDescription model = ModelDescription.open(request.source(), request.options())) {
            model.warnings().forEach(progress::warned);
            String architecture =
                    model.family().ggufArchitectures().stream().findFirst().orElse("llama");
            Dimensions d = model.dimensions();
            boolean hasHead = model.checkpoint().tensors().keySet().stream()
                    .flatMap(name -> model.table().huggingFaceRule(name).stream())
                    .anyMatch(rule -> rule.name().equals("output.weight"));
            QuantMixture mixture = new QuantMixture(
                    request.type(),
                    architecture,
                    d.layers(),
                    d.heads() / d.kvHeads(),
                    hasHead ? QuantMixture.Head.SEPARATE : QuantMixture.Head.TIED,
                    request.choices().importance().isPresent());
            List<Tensor> computed =
                    ArchitectureKeys.globalRotary(model).map(RotaryTensors::of).orElse(List.of());
            TypeChoice types = mixture.with(request.choices().overrides());
            TensorPlan plan = ChosenTensors.weighted(
                    request, TensorPlan.toGguf(model, types).with(changes).after(computed), progress);
            write(
                    request,
                    GgufMetadata.of(request.target().toString(), keys(request, model, plan, architecture)),
                    plan,
                    progress);
        }
    }

    private static Map<String, GgufValue> keys(
            ConversionRequest request, ModelDescription model, TensorPlan plan, String architecture) {
        Map<String, GgufValue> keys = new LinkedHashMap<>();
        keys.put("general.architecture", GgufValue.of(architecture));
        keys.put("general.type", GgufValue.of("model"));
        keys.put("general.name", GgufValue.of(name(request.source())));
        keys.put("general.size_label", GgufValue.of(sizeLabel(plan.elements())));
        keys.putAll(ArchitectureKeys.of(model, architecture));
        keys.put("general.file_type", GgufValue.of((long) request.type().fileType()));
        model.directory()
                .ifPresent(directory -> keys.putAll(TokenizerKeys.of(
                        directory,
                        model.family(),
                        architecture,
                        model.dimensions().vocab())));
        keys.put("general.quantization_version", GgufValue.of((long) QUANTIZATION_VERSION));
        keys.putAll(ChosenTensors.keys(request));
        return keys;
    }

    private static void retype(ConversionRequest request, WeightChanges changes, Progress progress) {
        try (Gguf source = Gguf.open(request.source())) {
            GgufMetadata metadata = source.metadata();
            String architecture = metadata.architecture();
            int layers = Math.toIntExact(
                    metadata.findInteger(architecture + ".block_count").orElse(0));
            QuantMixture mixture = new QuantMixture(
                    request.type(),
                    architecture,
                    layers,
                    groups(metadata, architecture),
                    source.contains("output.weight") ? QuantMixture.Head.SEPARATE : QuantMixture.Head.TIED,
                    request.choices().importance().isPresent());
            TypeChoice types = mixture.with(request.choices().overrides());
            TensorPlan plan = ChosenTensors.weighted(
                    request, TensorPlan.retyped(source, types).with(changes), progress);
            refuseRequantizing(request, plan);
            Map<String, GgufValue> keys = new LinkedHashMap<>(metadata.entries());
            SPLIT_KEYS.forEach(keys::remove);
            keys.put("general.quantization_version", GgufValue.of((long) QUANTIZATION_VERSION));
            keys.put("general.file_type", GgufValue.of((long) request.type().fileType()));
            ChosenTensors.KEYS.forEach(keys::remove);
            keys.putAll(ChosenTensors.keys(request));
            write(request, GgufMetadata.of(request.target().toString(), keys), plan, progress);
        }
    }

    /// Query heads to a K/V head; 1 where a model has different numbers by layer.
    private static int groups(GgufMetadata metadata, String architecture) {
        Map<String, GgufValue> entries = metadata.entries();
        GgufValue heads = entries.get(architecture + ".attention.head_count");
        GgufValue kvHeads = entries.get(architecture + ".attention.head_count_kv");
        if (heads instanceof GgufValue.Whole(var _, long all)
                && kvHeads instanceof GgufValue.Whole(var _, long kv)
                && kv > 0) {
            return (int) (all / kv);
        }
        return 1;
    }

    private static void refuseRequantizing(ConversionRequest request, TensorPlan plan) {
        if (request.requantizing() == Requantizing.ALLOWED) {
            return;
        }
        for (PlannedTensor tensor : plan.tensors()) {
            ElementType from = tensor.sources().getFirst().type();
            ElementType to = tensor.target().type();
            boolean isFine = from == ElementType.Q8_0 && request.requantizing() == Requantizing.FROM_EIGHT_BITS;
            if (from.isQuantized() && to.isQuantized() && from != to && !isFine) {
                throw new IllegalArgumentException(request.source() + ": tensor "
                        + tensor.target().name() + " is " + from + " already, and quantizing it again to " + to
                        + " would lose more. Convert the original model, or ask for it with --requantize.");
            }
        }
    }

    private static void write(ConversionRequest request, GgufMetadata metadata, TensorPlan plan, Progress progress) {
        try (CheckpointWriter writer = GgufWriter.create(request.target(), metadata, plan.descriptions())) {
            write(writer, plan, progress);
            writer.finish();
        }
    }

    /// Converts and writes all tensors.
    static void write(CheckpointWriter writer, TensorPlan plan, Progress progress) {
        long total = plan.bytes();
        long done = 0;
        for (PlannedTensor tensor : plan.tensors()) {
            String name = tensor.target().name();
            long before = done;
            long[] written = {0};
            tensor.write(part -> {
                writer.append(name, part);
                written[0] += part.byteSize();
                progress.advanced(name, before + written[0], total);
            });
            done += written[0];
        }
    }

    private static String name(Path source) {
        Path file = source.toAbsolutePath().normalize().getFileName();
        return file == null ? "model" : file.toString();
    }

    /// The number of parameters in words, two digits at least: `1.1B`, `469M`.
    static String sizeLabel(long parameters) {
        double scaled = parameters * 1e-3;
        String unit = "K";
        if (parameters > 1e12) {
            scaled = parameters * 1e-12;
            unit = "T";
        } else if (parameters > 1e9) {
            scaled = parameters * 1e-9;
            unit = "B";
        } else if (parameters > 1e6) {
            scaled = parameters * 1e-6;
            unit = "M";
        }
        long rounded = (long) Math.rint(scaled);
        int digits = rounded == 0 ? 0 : String.valueOf(rounded).length();
        BigDecimal shown = new BigDecimal(scaled).setScale(Math.max(2 - digits, 0), RoundingMode.HALF_EVEN);
        return shown.toPlainString() + unit;
    }
}
