package dev.lilla.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Memory of this machine, or of the container this runs in.
///
/// @param memoryBytes all of it
/// @param freeBytes what nothing uses, not counting what the system could give up
record Machine(long memoryBytes, long freeBytes) {
    static Machine here() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            return new Machine(system.getTotalMemorySize(), system.getFreeMemorySize());
        }
        return new Machine(0, 0);
    }

    /// The most memory that this process has had so far; 0 where the system does not say.
    static long peakResidentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return 0;
        }
    }
}
