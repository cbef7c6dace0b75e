package dev.lilla.cli;

import dev.lilla.kernel.HostOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which implementation of the kernels computes.
final class KernelsMixin {
    @Option(
            names = "--kernels",
            paramLabel = "KIND",
            description =
                    "auto, amx, avx512, avx2, vector or reference (plain, slow, the definition). " + "Default: auto.")
    private HostOptions.@Nullable Choice kernels;

    /// What the command line says, else the system property, on a number of threads.
    HostOptions options(int threads) {
        return new HostOptions(kernels == null ? HostOptions.fromProperties().kernels() : kernels, threads);
    }
}
