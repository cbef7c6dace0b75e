package dev.lilla.kernel.x64;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What Linux says about this program's memory.
final class MemoryMaps {
    private static final Pattern LINE = Pattern.compile("(\\p{XDigit}+)-(\\p{XDigit}+) (\\S{4}) .*");

    private MemoryMaps() {}

    /// A mapping with its rights: `r-xp` is read, execute, private.
    record Mapping(long from, long to, String rights) {
        boolean contains(long address, long bytes) {
            return address >= from && address + bytes <= to;
        }
    }

    static Optional<Mapping> of(long address, long bytes) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(line -> new Mapping(
                        Long.parseUnsignedLong(line.group(1), 16),
                        Long.parseUnsignedLong(line.group(2), 16),
                        line.group(3)))
                .filter(mapping -> mapping.contains(address, bytes))
                .findFirst();
    }
}
