package dev.lilla.cli;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How to compute on this machine.
final class HostMixin {
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one per core.")
    private @Nullable Integer threads;

    @Option(
            names = "--kernels",
            paramLabel = "KIND",
            description = "auto, vector or reference (plain, slow, the definition). Default: auto.")
    private HostOptions.@Nullable Choice kernels;

    /// What the command line says, else the system properties.
    HostOptions options() {
        HostOptions usual = HostOptions.fromProperties();
        return new HostOptions(
                kernels == null ? usual.kernels() : kernels, threads == null ? usual.threads() : threads);
    }

    HostBackend open() {
        return HostBackend.open(options());
    }
}
