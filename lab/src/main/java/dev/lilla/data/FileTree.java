package dev.lilla.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A file or a folder with all that is in it. Links are not followed.
///
/// @param root need not be there
public record FileTree(Path root) {
    /// Its paths in the order of their names, a folder before what is in it; the root is the first.
    public List<Path> paths() throws IOException {
        return paths(Integer.MAX_VALUE);
    }

    private List<Path> paths(int depth) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(root, depth)) {
            return found.sorted().toList();
        } catch (UncheckedIOException e) {
            throw Optional.ofNullable(e.getCause()).orElseGet(() -> new IOException(e));
        }
    }

    /// The file itself, or the files right in the folder: those of a model.
    public List<Path> files() throws IOException {
        return paths(1).stream().filter(Files::isRegularFile).toList();
    }

    /// Bytes of these files.
    public long bytes() throws IOException {
        long bytes = 0;
        for (Path file : files()) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    /// Takes all of it away. Where there is nothing, nothing happens.
    public void delete() throws IOException {
        for (Path path : paths().reversed()) {
            Files.delete(path);
        }
    }
}
