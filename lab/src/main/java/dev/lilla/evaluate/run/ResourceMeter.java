package dev.lilla.evaluate.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What this process uses of the machine from [#start] on.
final class ResourceMeter {
    private static final Path STATUS = Path.of("/proc/self/status");
    /// Writing 5 makes the kernel forget the peak so far (proc(5)).
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");

    private static final Path POWER_CAP = Path.of("/sys/class/powercap");
    private static final long BYTES_OF_KIB = 1024;

    private final long startedAt = System.nanoTime();
    private final Duration cpuBefore = cpu();
    private final OptionalDouble joulesBefore = joules();

    private ResourceMeter() {}

    static ResourceMeter start() {
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException e) {
            // The peak is then that of the whole process.
        }
        return new ResourceMeter();
    }

    /// What was used until now.
    Resources read() {
        OptionalDouble joules = joules();
        return new Resources(
                System.nanoTime() - startedAt,
                cpu().minus(cpuBefore).toNanos(),
                peakBytes(),
                joules.isPresent() && joulesBefore.isPresent() && joules.getAsDouble() >= joulesBefore.getAsDouble()
                        ? OptionalDouble.of(joules.getAsDouble() - joulesBefore.getAsDouble())
                        : OptionalDouble.empty());
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// The most memory that was resident, from `VmHWM`.
    private static OptionalLong peakBytes() {
        try {
            Optional<String> line = Files.readAllLines(STATUS).stream()
                    .filter(text -> text.startsWith("VmHWM:"))
                    .findFirst();
            return line.map(text -> OptionalLong.of(Long.parseLong(text.replaceAll("\\D", "")) * BYTES_OF_KIB))
                    .orElse(OptionalLong.empty());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /// The energy counters of all processor packages (RAPL), where they may be read.
    private static OptionalDouble joules() {
        double sum = 0;
        boolean isThere = false;
        if (!Files.isDirectory(POWER_CAP)) {
            return OptionalDouble.empty();
        }
        try (DirectoryStream<Path> zones = Files.newDirectoryStream(POWER_CAP, "intel-rapl:?")) {
            for (Path zone : zones) {
                sum += Long.parseLong(
                                Files.readString(zone.resolve("energy_uj")).strip())
                        / 1e6;
                isThere = true;
            }
        } catch (IOException | NumberFormatException e) {
            return OptionalDouble.empty();
        }
        return isThere ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }
}
