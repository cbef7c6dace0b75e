package dev.lilla.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/// How much memory a program may still take on this machine: what Linux calls available, or less where a
/// control group
/// (a container) has a limit.
public final class FreeMemory {
    private static final String AVAILABLE = "MemAvailable:";
    /// Limits of control groups beyond this mean none.
    private static final long NO_LIMIT = 1L << 60;

    private final Path proc;
    private final Path cgroup;

    /// @param proc `/proc`
    /// @param cgroup `/sys/fs/cgroup`
    FreeMemory(Path proc, Path cgroup) {
        this.proc = proc;
        this.cgroup = cgroup;
    }

    public static FreeMemory ofThisMachine() {
        return new FreeMemory(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
    }

    /// Bytes, and nothing where the system does not tell.
    public OptionalLong bytes() {
        OptionalLong available = available();
        OptionalLong left = leftOfLimit();
        if (available.isPresent() && left.isPresent()) {
            return OptionalLong.of(Math.min(available.getAsLong(), left.getAsLong()));
        }
        return available.isPresent() ? available : left;
    }

    private OptionalLong available() {
        for (String line : lines(proc.resolve("meminfo"))) {
            if (line.startsWith(AVAILABLE)) {
                String kilobytes =
                        line.substring(AVAILABLE.length()).replace("kB", "").strip();
                OptionalLong value = number(kilobytes);
                return value.isPresent() ? OptionalLong.of(value.getAsLong() * 1024) : value;
            }
        }
        return OptionalLong.empty();
    }

    /// Version 2 of control groups, else version 1. Cached files count as used there but are given back, so
    /// they are
    /// left out.
    private OptionalLong leftOfLimit() {
        OptionalLong two = left("memory.max", "memory.current", "memory.stat", "inactive_file ");
        return two.isPresent()
                ? two
                : left(
                        "memory/memory.limit_in_bytes",
                        "memory/memory.usage_in_bytes",
                        "memory/memory.stat",
                        "total_inactive_file ");
    }

    private OptionalLong left(String limitName, String usedName, String statName, String cachedKey) {
        OptionalLong limit = number(first(limitName));
        OptionalLong used = number(first(usedName));
        if (limit.isEmpty() || used.isEmpty() || limit.getAsLong() > NO_LIMIT) {
            return OptionalLong.empty();
        }
        long cached = lines(cgroup.resolve(statName)).stream()
                .filter(line -> line.startsWith(cachedKey))
                .map(line -> number(line.substring(cachedKey.length())))
                .mapToLong(value -> value.orElse(0))
                .findFirst()
                .orElse(0);
        return OptionalLong.of(Math.max(0, limit.getAsLong() - used.getAsLong() + cached));
    }

    private String first(String name) {
        List<String> lines = lines(cgroup.resolve(name));
        return lines.isEmpty() ? "" : lines.getFirst();
    }

    private static OptionalLong number(String text) {
        return text.strip().matches("\\d{1,19}")
                ? OptionalLong.of(Long.parseUnsignedLong(text.strip()))
                : OptionalLong.empty();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
