package dev.lilla.kernel;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Memory of this machine, or of the container this runs in.
///
/// @param totalBytes all of it
/// @param freeBytes what nothing uses, not counting what the system could give up
public record MachineMemory(long totalBytes, long freeBytes) {
    public static MachineMemory here() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            return new MachineMemory(system.getTotalMemorySize(), system.getFreeMemorySize());
        }
        return new MachineMemory(0, 0);
    }

    /// The most memory that this process has had so far; 0 where the system does not say.
    public static long peakResidentBytes() {
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
