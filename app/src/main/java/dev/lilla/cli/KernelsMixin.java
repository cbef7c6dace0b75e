package dev.lilla.cli;

import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.WeightMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

    @Option(
            names = "--deterministic",
            description = "The same bits however a prompt is cut, as a prompt that was read before makes a difference: "
                    + "no bf16 tiles where there is AMX, whose prompts then take the time of AVX-512. Elsewhere "
                    + "always so.")
    private boolean deterministic;

    @Option(
            names = "--weights",
            paramLabel = "WHERE",
            description = "packed: in memory, as the kernels read them fastest. mapped: left in the file, which starts "
                    + "at once and takes no memory of its own, but writes more slowly. Default: packed.")
    private @Nullable WeightMemory weights;

    /// What the command line says, else the system properties, on a number of threads.
    HostOptions options(int threads) {
        HostOptions properties = HostOptions.fromProperties();
        return new HostOptions(
                kernels == null ? properties.kernels() : kernels,
                threads,
                deterministic || properties.isDeterministic(),
                weights == null ? properties.weights() : weights);
    }

    /// The command line that says the same of all but the threads.
    static List<String> arguments(HostOptions options) {
        List<String> arguments = new ArrayList<>(List.of(
                "--kernels", options.kernels().name().toLowerCase(Locale.ROOT),
                "--weights", options.weights().name().toLowerCase(Locale.ROOT)));
        if (options.isDeterministic()) {
            arguments.add("--deterministic");
        }
        return arguments;
    }
}
