package dev.lilla.cli;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import java.util.ArrayList;
import java.util.List;
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

    /// The command line that says the same.
    static List<String> arguments(HostOptions options) {
        List<String> arguments = new ArrayList<>(List.of("--threads", Integer.toString(options.threads())));
        arguments.addAll(KernelsMixin.arguments(options));
        return arguments;
    }

    HostBackend open() {
        return HostBackend.open(options());
    }
}
