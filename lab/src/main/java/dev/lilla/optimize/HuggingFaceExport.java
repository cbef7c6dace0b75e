package dev.lilla.optimize;

import dev.lilla.data.FileTree;
import dev.lilla.format.CheckpointWriter;
import dev.lilla.format.Gguf;
import dev.lilla.format.SafetensorsWriter;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Writes a Hugging Face directory from a GGUF file: config.json, weights, and the tokenizer as far as GGUF has it.
final class HuggingFaceExport {
    /// The most data of one file of weights, as transformers has it.
    private static final long SHARD_BYTES_MAX = 5_000_000_000L;

    private static final Map<String, String> FORMAT = Map.of("format", "pt");

    private HuggingFaceExport() {}

    /// The directory is filled under another name and takes its own when complete.
    static void write(ConversionRequest request, WeightChanges changes, Progress progress) {
        Path target = request.target().toAbsolutePath().normalize();
        refuseFull(target);
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try (Gguf gguf = Gguf.open(request.source());
                ModelDescription model = ModelDescription.open(request.source(), request.options())) {
            model.warnings().forEach(progress::warned);
            delete(partial);
            Files.createDirectories(partial);
            writeJson(partial.resolve("config.json"), config(request, gguf, model));
            TokenizerFiles.of(gguf.metadata(), model.family()).write(partial);
            TensorPlan plan = TensorPlan.toHuggingFace(gguf, model.table(), elementType(request));
            writeWeights(partial, plan.with(changes), progress);
            Files.deleteIfExists(target);
            Files.move(partial, target);
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be written: " + e.getMessage(), e);
        } finally {
            delete(partial);
        }
    }

    private static ElementType elementType(ConversionRequest request) {
        return request.type().elementType();
    }

    private static ObjectNode config(ConversionRequest request, Gguf gguf, ModelDescription model) {
        ObjectNode config = ConfigJson.of(model, elementType(request));
        SpecialTokenKeys.KEY_NAMES.forEach((name, keyName) -> gguf.metadata()
                .findInteger(SpecialTokenKeys.id(keyName))
                .ifPresent(id -> config.put(name + "_token_id", (int) id)));
        return config;
    }

    static void writeWeights(Path directory, TensorPlan plan, Progress progress) {
        try (CheckpointWriter writer = plan.bytes() > SHARD_BYTES_MAX
                ? SafetensorsWriter.createSharded(directory, FORMAT, plan.descriptions(), SHARD_BYTES_MAX)
                : SafetensorsWriter.create(directory.resolve("model.safetensors"), FORMAT, plan.descriptions())) {
            Converter.write(writer, plan, progress);
            writer.finish();
        }
    }

    static void writeJson(Path file, JsonNode json) throws IOException {
        Files.write(file, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsBytes(json));
    }

    static void refuseFull(Path target) {
        if (Files.isRegularFile(target)) {
            throw new IllegalArgumentException(
                    target + ": is a file, expected a directory to make. Name another target.");
        }
        if (Files.isDirectory(target)) {
            try (Stream<Path> content = Files.list(target)) {
                if (content.findAny().isPresent()) {
                    throw new IllegalArgumentException(
                            target + ": is a directory with files in it. Remove them, or name another target.");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(target + ": cannot be read: " + e.getMessage(), e);
            }
        }
    }

    /// Deletes a directory that was made here.
    static void delete(Path directory) {
        try {
            new FileTree(directory).delete();
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be deleted: " + e.getMessage(), e);
        }
    }
}
