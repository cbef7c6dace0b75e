package dev.lilla.optimize;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Finds the reference outputs: the folder of property `lilla.oracle`, or the engine's copy in this repository.
final class OracleFolder {
    private OracleFolder() {}

    static Path root() {
        String property = System.getProperty("lilla.oracle", "");
        if (!property.isBlank() && Files.isDirectory(Path.of(property))) {
            return Path.of(property);
        }
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null) {
            Path oracle = folder.resolve("engine/src/test/resources/oracle");
            if (Files.isDirectory(oracle)) {
                return oracle;
            }
            folder = folder.getParent();
        }
        return Assumptions.abort("no oracle: set -Dlilla.oracle");
    }

    /// The names of the models of which there is a conversion by llama.cpp.
    static List<String> converted() {
        return files("gguf").stream()
                .map(file -> String.valueOf(file.getFileName()))
                .filter(name -> name.endsWith("-f16.gguf"))
                .map(name -> name.substring(0, name.length() - "-f16.gguf".length()))
                .filter(name -> Files.isDirectory(model(name)))
                .toList();
    }

    static List<String> models() {
        return files("models").stream()
                .filter(folder -> Files.isRegularFile(folder.resolve("config.json")))
                .map(folder -> String.valueOf(folder.getFileName()))
                .toList();
    }

    static Path model(String name) {
        return root().resolve("models").resolve(name);
    }

    static Path gguf(String name) {
        return root().resolve("gguf").resolve(name + "-f16.gguf");
    }

    /// What a folder holds, sorted; skips the test where it is absent.
    static List<Path> files(String folder) {
        Path path = root().resolve(folder);
        Assumptions.assumeTrue(Files.isDirectory(path), () -> "the oracle has no " + folder);
        try (Stream<Path> files = Files.list(path)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
