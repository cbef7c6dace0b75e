package dev.lilla.optimize;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tensor.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// Writes a Hugging Face directory from another one of the same model: its weights changed, the files around them as
/// they are.
final class CheckpointCopy {
    /// What weights are called, whoever wrote them.
    private static final List<String> WEIGHT_ENDINGS =
            List.of(".safetensors", ".bin", ".index.json", ".pt", ".pth", ".gguf", ".h5", ".msgpack", ".onnx");

    private CheckpointCopy() {}

    /// The directory is filled under another name and takes its own when complete.
    ///
    /// @param type of the weights
    static void write(
            ModelDescription model, Path destination, ElementType type, WeightChanges changes, Progress progress) {
        Path target = destination.toAbsolutePath().normalize();
        HuggingFaceExport.refuseFull(target);
        Path partial = target.resolveSibling(target.getFileName() + ".partial");
        try {
            HuggingFaceExport.delete(partial);
            Files.createDirectories(partial);
            HuggingFaceDirectory source =
                    model.directory().orElseThrow(() -> new IllegalStateException(model.path() + " is no directory"));
            copyFiles(source.path(), partial);
            HuggingFaceExport.writeJson(partial.resolve("config.json"), config(source, type));
            HuggingFaceExport.writeWeights(
                    partial, TensorPlan.sameNames(model, type).with(changes), progress);
            Files.deleteIfExists(target);
            Files.move(partial, target);
        } catch (IOException e) {
            throw new UncheckedIOException(target + ": cannot be written: " + e.getMessage(), e);
        } finally {
            HuggingFaceExport.delete(partial);
        }
    }

    private static void copyFiles(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.filter(CheckpointCopy::isBesideWeights).toList()) {
                Files.copy(file, target.resolve(file.getFileName().toString()));
            }
        }
    }

    private static boolean isBesideWeights(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file)
                && !name.equals("config.json")
                && !name.startsWith(".")
                && WEIGHT_ENDINGS.stream().noneMatch(name::endsWith);
    }

    private static ObjectNode config(HuggingFaceDirectory source, ElementType type) {
        ObjectNode config = source.config().deepCopy().asObject();
        String name = switch (type) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            default -> throw new IllegalStateException("a checkpoint of " + type);
        };
        config.put(config.has("dtype") ? "dtype" : "torch_dtype", name);
        return config;
    }
}
