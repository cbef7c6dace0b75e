package dev.lilla.cli;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// How to compute on this machine.
final class HostMixin {
    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one per core.")
    private @Nullable Integer threads;

    @Mixin
    private final KernelsMixin kernels = new KernelsMixin();

    /// What the command line says, else the system properties.
    HostOptions options() {
        return kernels.options(threads == null ? HostOptions.fromProperties().threads() : threads);
    }

    HostBackend open() {
        return HostBackend.open(options());
    }
}
