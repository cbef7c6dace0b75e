package dev.lilla.kernel;

import dev.lilla.kernel.x64.LinuxMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.LongFunction;

/// Memory for cache blocks: several at a time in huge pages where the system has them, since a head's keys and values
/// lie in pieces of some KiB all over the blocks. With pages of 4 KiB each piece begins with a miss of the address
/// cache, and the hardware fetches ahead only to a page's end: a row's attention over 4,096 keys took 1.4 times as long
/// (one thread, Zen 4).
final class BlockMemory implements LongFunction<MemorySegment> {
    /// Taken at once: large beside a huge page of 2 MiB, small beside a cache that is worth it. What
    /// is not touched costs nothing.
    private static final long SLAB_BYTES = 32 << 20;

    private final Arena arena;
    private long blocksLeft;
    private MemorySegment slab = MemorySegment.NULL;
    private long used;

    /// @param blocks that will be asked for at most
    BlockMemory(Arena arena, int blocks) {
        this.arena = arena;
        this.blocksLeft = blocks;
    }

    /// The memory of the next block, zeroed.
    @Override
    public MemorySegment apply(long bytes) {
        if (slab.byteSize() - used < bytes) {
            slab = slab(bytes);
            used = 0;
        }
        MemorySegment block = slab.asSlice(used, bytes, Scratch.ALIGNMENT);
        used += bytes;
        blocksLeft--;
        return block;
    }

    private MemorySegment slab(long bytes) {
        long wanted = Math.min(Math.max(blocksLeft, 1), Math.max(SLAB_BYTES / bytes, 1)) * bytes;
        if (wanted >= LinuxMemory.HUGE_PAGE && LinuxMemory.isHere()) {
            Optional<MemorySegment> pages = LinuxMemory.pages(wanted, arena);
            if (pages.isPresent()) {
                return pages.get();
            }
        }
        return HostBackend.allocate(arena, bytes, "a cache block");
    }
}
