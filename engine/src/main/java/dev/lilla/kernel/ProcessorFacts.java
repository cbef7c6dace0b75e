package dev.lilla.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What the operating system says about the processor (Linux: `/proc/cpuinfo`).
///
/// @param model as the processor names itself, or empty
/// @param cores physical cores this process may use
/// @param flags instruction set extensions, in Linux's words; empty where unknown
public record ProcessorFacts(String model, int cores, Set<String> flags) {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");

    public static ProcessorFacts read() {
        int available = Runtime.getRuntime().availableProcessors();
        try {
            return Files.isReadable(CPUINFO)
                    ? parse(Files.readAllLines(CPUINFO, StandardCharsets.ISO_8859_1), available)
                    : new ProcessorFacts("", available, Set.of());
        } catch (IOException e) {
            // Nothing here is needed to compute: without the file there are as many cores as processors.
            return new ProcessorFacts("", available, Set.of());
        }
    }

    static int physicalCores() {
        return read().cores();
    }

    /// @param available processors this process may use: the result is never more
    static ProcessorFacts parse(List<String> lines, int available) {
        String model = "";
        Set<String> flags = new TreeSet<>();
        Set<String> cores = new HashSet<>();
        String socket = "";
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip()) {
                case "model name" -> model = value;
                case "physical id" -> socket = value;
                case "core id" -> cores.add(socket + "/" + value);
                case "flags", "Features" -> flags.addAll(Arrays.asList(value.split(" ")));
                default -> {
                    // The other lines say nothing of use.
                }
            }
        }
        return new ProcessorFacts(model, cores.isEmpty() ? available : Math.min(cores.size(), available), flags);
    }
}
