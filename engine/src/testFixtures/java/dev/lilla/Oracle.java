package dev.lilla;

import dev.lilla.format.JsonFiles;
import dev.lilla.format.Safetensors;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/// Finds the reference outputs; see README.md in the folder. What it holds is discovered, never assumed: another
/// set of the same form, with other models, sizes and prompts, takes its place with `-Dlilla.oracle=FOLDER`.
///
/// Methods that need a folder skip the calling test, with a message, where it is absent.
public final class Oracle {
    private Oracle() {}

    /// The folder from the property `lilla.oracle`, or the copy on the test class path.
    public static Path root() {
        return folder("lilla.oracle").or(Oracle::onClassPath).orElseGet(() -> skip("no oracle: set -Dlilla.oracle"));
    }

    /// The folder that holds cases.json, from the property `lilla.templates`.
    public static Path templates() {
        return folder("lilla.templates").orElseGet(() -> skip("no chat templates: set -Dlilla.templates"));
    }

    /// The folder of .inp/.out vectors, from the property `lilla.vocab`.
    public static Path vocabularies() {
        return folder("lilla.vocab").orElseGet(() -> skip("no vocabularies: set -Dlilla.vocab"));
    }

    /// `root()/relative`, or a skipped test.
    public static Path path(String relative) {
        Path path = root().resolve(relative);
        return Files.exists(path) ? path : skip("the oracle has no " + relative);
    }

    /// The Hugging Face directories under models/, by name.
    public static List<Path> models() {
        return list(path("models")).stream()
                .filter(model -> Files.isRegularFile(model.resolve("config.json")))
                .toList();
    }

    /// The names of [#models].
    public static List<String> modelNames() {
        return models().stream().map(model -> model.getFileName().toString()).toList();
    }

    public static Path model(String name) {
        return path("models/" + name);
    }

    /// The folder with golden.json and golden.safetensors of a model, or a skipped test.
    public static Path golden(String model) {
        return path("golden/models/" + model);
    }

    /// golden.json of a model.
    public static JsonNode goldenJson(String model) {
        return JsonFiles.read(golden(model).resolve("golden.json"));
    }

    /// golden.safetensors of a model; the caller closes it.
    public static Safetensors goldenTensors(String model) {
        return Safetensors.open(golden(model).resolve("golden.safetensors"));
    }

    /// The folder of GGUF files.
    public static Path gguf() {
        return path("gguf");
    }

    /// llama.cpp's F16 conversion of a model, where the set has one.
    public static Optional<Path> gguf(String model) {
        return Optional.of(root().resolve("gguf/" + model + "-f16.gguf")).filter(Files::isRegularFile);
    }

    /// All GGUF files, the quantized ones in gguf/quant included.
    public static List<Path> ggufs() {
        return filesUnder(gguf(), ".gguf");
    }

    /// All files below `folder` whose name ends with `suffix`, sorted.
    public static List<Path> filesUnder(Path folder, String suffix) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The smallest of some files.
    public static Path smallest(List<Path> files) {
        return Collections.min(
                files, Comparator.comparingLong(file -> file.toFile().length()));
    }

    /// What a folder holds, sorted.
    public static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The JSON file `root()/relative`, or a skipped test.
    public static JsonNode json(String relative) {
        return JsonFiles.read(path(relative));
    }

    /// The values of an F32 tensor, row-major.
    public static float[] floats(Tensor tensor) {
        if (tensor.type() != ElementType.F32) {
            throw new IllegalArgumentException("tensor " + tensor.name() + " is " + tensor.type() + ", expected F32");
        }
        return tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
    }

    private static Optional<Path> folder(String property) {
        return Optional.ofNullable(System.getProperty(property))
                .filter(value -> !value.isBlank())
                .map(Path::of)
                .filter(Files::isDirectory);
    }

    private static Optional<Path> onClassPath() {
        URL url = Oracle.class.getResource("/oracle");
        try {
            return url == null || !url.getProtocol().equals("file")
                    ? Optional.empty()
                    : Optional.of(Path.of(url.toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path skip(String message) {
        Assumptions.abort(message);
        throw new IllegalStateException("unreachable");
    }
}
