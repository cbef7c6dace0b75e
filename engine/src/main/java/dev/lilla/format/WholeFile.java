package dev.lilla.format;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// Small files that are there whole or not at all: written beside their place, brought to the disk, and moved there. A
/// file of that name stays until then.
public final class WholeFile {
    private WholeFile() {}

    /// Writes a text as UTF-8.
    ///
    /// @throws UncheckedIOException if it cannot be written; the message names the file
    public static void write(Path file, CharSequence text) {
        write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /// Writes bytes.
    ///
    /// @throws UncheckedIOException if they cannot be written; the message names the file
    public static void write(Path file, byte[] bytes) {
        // Two processes may write the same file; the later one wins.
        Path partial = file.resolveSibling(
                file.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
        try {
            try (FileChannel channel = FileChannel.open(
                    partial,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(false);
            }
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            discard(partial, e);
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static void discard(Path partial, IOException failure) {
        try {
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
