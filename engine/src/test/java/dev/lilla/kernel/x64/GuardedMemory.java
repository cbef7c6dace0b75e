package dev.lilla.kernel.x64;

import java.lang.foreign.MemorySegment;

/// Memory whose neighbors on both sides may not be touched: a read or write one byte beside it ends the program.
public final class GuardedMemory implements AutoCloseable {
    private final long mapping;
    private final long bytes;

    private GuardedMemory(long mapping, long bytes) {
        this.mapping = mapping;
        this.bytes = bytes;
    }

    /// Whole pages of memory between two that are closed.
    public static GuardedMemory of(long bytes) {
        long inside = Math.max(LinuxMemory.roundUp(bytes, LinuxMemory.PAGE), LinuxMemory.PAGE);
        long mapping = LinuxMemory.map(inside + 2 * LinuxMemory.PAGE).orElseThrow();
        boolean isClosed = LinuxMemory.protect(mapping, LinuxMemory.PAGE, 0)
                && LinuxMemory.protect(mapping + LinuxMemory.PAGE + inside, LinuxMemory.PAGE, 0);
        if (!isClosed) {
            throw new IllegalStateException("the system does not close pages");
        }
        return new GuardedMemory(mapping, inside);
    }

    /// The first bytes behind the closed page.
    public MemorySegment atStart(long size) {
        return all().asSlice(0, size);
    }

    /// The last bytes before the closed page.
    public MemorySegment atEnd(long size) {
        return all().asSlice(bytes - size, size);
    }

    @SuppressWarnings("restricted") // the pages mapped above
    private MemorySegment all() {
        return MemorySegment.ofAddress(mapping + LinuxMemory.PAGE).reinterpret(bytes);
    }

    @Override
    public void close() {
        LinuxMemory.unmap(mapping, bytes + 2 * LinuxMemory.PAGE);
    }
}
