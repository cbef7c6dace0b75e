package dev.lilla.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// Cache blocks in host memory. The memory of a block is had when it is first taken and kept for the next taker.
final class HostKvBlocks implements KvBlocks {
    private final KvLayout layout;
    private final KvPlanes planes;
    private final Arena arena = Arena.ofShared();
    private final LongFunction<MemorySegment> source;
    private final @Nullable MemorySegment[] memory;
    private final boolean[] inUse;
    /// Free numbers, the next to be taken last.
    private final int[] free;

    private int freeCount;

    HostKvBlocks(KvLayout layout, int capacity) {
        this(layout, capacity, null);
    }

    /// @param source zeroed memory of a given size, at a multiple of 64; null for memory of its own
    HostKvBlocks(KvLayout layout, int capacity, @Nullable LongFunction<MemorySegment> source) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a cache of " + capacity + " blocks");
        }
        this.layout = layout;
        this.source = source != null ? source : new BlockMemory(arena, capacity);
        this.planes = new KvPlanes(layout);
        this.memory = new MemorySegment[capacity];
        this.inUse = new boolean[capacity];
        this.free = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            free[i] = capacity - 1 - i;
        }
        this.freeCount = capacity;
    }

    KvPlanes planes() {
        return planes;
    }

    /// The memory of a block that is taken.
    MemorySegment memory(int block) {
        MemorySegment segment = block >= 0 && block < memory.length && inUse[block] ? memory[block] : null;
        if (segment == null) {
            throw new IllegalArgumentException("cache block " + block + " is not taken");
        }
        return segment;
    }

    @Override
    public KvLayout layout() {
        return layout;
    }

    @Override
    public int capacity() {
        return memory.length;
    }

    @Override
    public int taken() {
        return memory.length - freeCount;
    }

    @Override
    public long blockBytes() {
        return planes.bytes();
    }

    @Override
    public int take() {
        if (freeCount == 0) {
            throw new CapacityException("all " + memory.length + " cache blocks are taken");
        }
        int block = free[freeCount - 1];
        if (memory[block] == null) {
            memory[block] = source.apply(planes.bytes());
        }
        freeCount--;
        inUse[block] = true;
        return block;
    }

    @Override
    public void release(int block) {
        memory(block);
        inUse[block] = false;
        free[freeCount++] = block;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
