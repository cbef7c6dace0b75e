package dev.lilla.kernel;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// What computes here and why, for `lilla doctor`.
///
/// @param processor as it names itself, or empty where unknown
/// @param cores physical cores this program may use
/// @param flags instruction set extensions in Linux's words, empty where unknown
/// @param kernels what serves, in words: `vector, 512 bits`
/// @param isFast whether that is a fast path, not the plain loops
/// @param reason why these kernels serve, and what to do where that is not what it should be
/// @param uses what serves which operation and element type
/// @param failures what is wrong with operations on this machine, one sentence each
/// @param others for each other path by its name, why it does not serve
public record HostDescription(
        String processor,
        int cores,
        Set<String> flags,
        String kernels,
        boolean isFast,
        String reason,
        List<KernelUse> uses,
        List<String> failures,
        Map<String, String> others) {
    /// Whether this machine runs machine code of some level, so that the Vector API is not needed.
    public static boolean runsMachineCode() {
        return !KernelChoice.refusals().containsKey("avx2");
    }

    /// @throws IllegalArgumentException if the wanted kernels cannot run here
    public static HostDescription of(HostOptions options) {
        ProcessorFacts processor = ProcessorFacts.read();
        KernelChoice choice = KernelChoice.of(options);
        return new HostDescription(
                processor.model(),
                processor.cores(),
                processor.flags(),
                choice.kernels().description(),
                !(choice.kernels() instanceof ReferenceKernels),
                choice.reason(),
                choice.kernels().uses(),
                choice.kernels().failures(),
                KernelChoice.refusals());
    }
}
