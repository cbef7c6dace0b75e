package dev.lilla.model;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// The implementations of the kernels that run on this machine.
public final class KernelPaths {
    private static final List<HostOptions.Choice> HERE = Arrays.stream(HostOptions.Choice.values())
            .filter(choice -> choice != HostOptions.Choice.AUTO && runs(choice))
            .toList();

    private KernelPaths() {}

    public static Stream<HostOptions.Choice> here() {
        return HERE.stream();
    }

    /// Those that leave the operands of float checkpoints as they are; [TileOracleTest] holds the others.
    static Stream<HostOptions.Choice> exact() {
        return here().filter(choice -> choice != HostOptions.Choice.AMX);
    }

    /// Whether quantized weights meet activations of 8 bits.
    static boolean roundsActivations(HostOptions.Choice choice) {
        return switch (choice) {
            case AMX, AVX512, AVX2 -> true;
            case VECTOR, REFERENCE -> false;
            case AUTO -> throw new IllegalArgumentException("a path, not a choice among them");
        };
    }

    private static boolean runs(HostOptions.Choice choice) {
        try {
            HostBackend.open(new HostOptions(choice, 1)).close();
            return true;
        } catch (IllegalArgumentException e) {
            System.out.println("skipped: " + e.getMessage());
            return false;
        }
    }
}
