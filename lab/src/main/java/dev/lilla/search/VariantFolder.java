package dev.lilla.search;

import dev.lilla.data.FileTree;
import dev.lilla.project.Wording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The folder of variants. What was made from other data or models than today's is taken away first.
final class VariantFolder {
    private static final String ORIGIN = "made-from.txt";

    private VariantFolder() {}

    static Path open(SearchRequest request, PartFiles parts, Watcher watcher) {
        Path folder = request.folder().resolve("variants");
        try {
            Files.createDirectories(folder);
            Path origin = folder.resolve(ORIGIN);
            String now = origin(request, parts);
            if (Files.exists(origin) && !Files.readString(origin).equals(now)) {
                watcher.noted(new Wording(
                                "the data or the models have changed: variants are made anew",
                                "data eller modeller har ändrats: varianterna görs om")
                        .in(request.tongue()));
                clear(folder);
            }
            Files.writeString(origin, now);
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static String origin(SearchRequest request, PartFiles parts) throws IOException {
        StringBuilder origin = new StringBuilder("training data ")
                .append(parts.train().digest())
                .append("\nepochs ")
                .append(request.epochs())
                .append('\n');
        for (Recipe model : request.models()) {
            origin.append("model ").append(model.name());
            for (Path file : new FileTree(model.source()).files()) {
                origin.append(' ').append(Files.size(file)).append('@').append(Files.getLastModifiedTime(file));
            }
            origin.append('\n');
        }
        return origin.toString();
    }

    /// Takes away what a search makes: GGUF files, and folders of training runs.
    private static void clear(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            for (Path path : found.toList()) {
                String name = path.getFileName().toString();
                if (name.endsWith(".gguf")) {
                    Files.delete(path);
                } else if (name.endsWith(".training") && Files.isDirectory(path)) {
                    new FileTree(path).delete();
                }
            }
        }
    }
}
