package dev.lilla.kernel.x64;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

/// The file by which profilers name code that was made at run time: `/tmp/perf-PID.map`, a line `address size name` for
/// each kernel, numbers in hexadecimal (Linux, tools/perf/Documentation/jit-interface.txt).
///
/// Written if the property `lilla.perf.map` is `true`.
final class PerfMap {
    private static final String PROPERTY = "lilla.perf.map";

    private PerfMap() {}

    static boolean isWanted() {
        return Boolean.getBoolean(PROPERTY);
    }

    static Path file() {
        return Path.of("/tmp/perf-" + ProcessHandle.current().pid() + ".map");
    }

    /// @throws UncheckedIOException if the file cannot be written, or is a link: anybody can put one there
    static synchronized void append(Collection<Kernel> kernels) {
        String lines = kernels.stream()
                .map(kernel -> "%x %x lilla:%s\n".formatted(kernel.code().address(), kernel.bytes(), kernel.name()))
                .collect(Collectors.joining());
        try (SeekableByteChannel file = Files.newByteChannel(
                file(), Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    PROPERTY + " is true, but " + file() + " cannot be written; leave it out", e);
        }
    }
}
