package dev.lilla.kernel.x64;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory that ends at a page nobody may touch: one byte read or written behind it ends the program.
public final class GuardedMemory {
    private GuardedMemory() {}

    /// Zeroed; aligned to 64 bytes if `bytes` is a multiple of 64.
    @SuppressWarnings("restricted") // the address is what the system just gave
    public static MemorySegment allocate(long bytes, Arena arena) {
        long inside = LinuxMemory.roundUp(bytes, LinuxMemory.PAGE);
        long address = LinuxMemory.map(inside + LinuxMemory.PAGE).orElseThrow();
        if (!LinuxMemory.protect(address + inside, LinuxMemory.PAGE, 0)) {
            throw new IllegalStateException("a page cannot be protected");
        }
        return MemorySegment.ofAddress(address + inside - bytes)
                .reinterpret(bytes, arena, _ -> LinuxMemory.unmap(address, inside + LinuxMemory.PAGE));
    }
}
