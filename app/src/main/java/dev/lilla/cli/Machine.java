package dev.lilla.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// Memory of this machine, or of the container this runs in.
///
/// @param memoryBytes all of it
/// @param freeBytes what nothing uses, not counting what the system could give up
record Machine(long memoryBytes, long freeBytes) {
    static Machine here() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            return new Machine(system.getTotalMemorySize(), system.getFreeMemorySize());
        }
        return new Machine(0, 0);
    }
}
