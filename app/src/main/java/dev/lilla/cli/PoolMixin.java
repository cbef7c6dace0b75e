package dev.lilla.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.lilla.serve.host.PoolOptions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which models a server has beside those named, and how they share memory.
final class PoolMixin {
    /// The rest is for whatever else the machine does, the page cache of mapped weights among it.
    private static final double MEMORY_SHARE = 0.75;

    /// Which models clients can ask for.
    enum Offer {
        /// Those on the command line.
        NAMED,
        /// These and all in the store.
        STORE
    }

    @Option(
            names = "--models",
            paramLabel = "WHICH",
            defaultValue = "named",
            description =
                    "What clients can ask for: named (each MODEL), or store (also every model of the store, loaded "
                            + "at its first request). Default: ${DEFAULT-VALUE}.")
    private Offer offer = Offer.NAMED;

    @Option(
            names = "--on-demand",
            description = "Loads each MODEL at its first request too, and frees it when it is idle.")
    private boolean onDemand;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = MemorySize.class,
            description = "The most memory for models, such as 4g; the longest idle ones go where more is needed. "
                    + "Default: three quarters of the machine's.")
    private @Nullable Long memory;

    @Option(
            names = "--keep-alive",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "How long an idle model stays that was loaded on demand. Default: ${DEFAULT-VALUE}.")
    private int keepAliveSeconds;

    @Option(
            names = "--load-wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a request waits for its model to be loaded; then it gets status 503. Default: "
                    + "${DEFAULT-VALUE}.")
    private int loadWaitSeconds;

    boolean offersStore() {
        return offer == Offer.STORE;
    }

    boolean isOnDemand() {
        return onDemand;
    }

    PoolOptions options() {
        return new PoolOptions(
                memory == null ? machineShare() : memory,
                Duration.ofSeconds(OptionBounds.atLeast("--keep-alive", keepAliveSeconds, 0)),
                Duration.ofSeconds(OptionBounds.atLeast("--load-wait", loadWaitSeconds, 0)));
    }

    private static long machineShare() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine
                ? (long) (machine.getTotalMemorySize() * MEMORY_SHARE)
                : Long.MAX_VALUE;
    }
}
