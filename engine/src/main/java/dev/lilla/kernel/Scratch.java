package dev.lilla.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory for intermediate values of one worker. Grows to the largest size asked for; contents are left over from
/// before.
final class Scratch {
    /// Bytes of a cache line and of the widest vector.
    static final int ALIGNMENT = 64;

    /// Bytes of a kernel's argument block at most.
    static final int ARGUMENT_BYTES = 512;

    private final Arena arena;
    private final MemorySegment arguments;
    private MemorySegment memory = MemorySegment.NULL;
    private MemorySegment staging = MemorySegment.NULL;
    private float[] floats = new float[0];

    Scratch(Arena arena) {
        this.arena = arena;
        this.arguments = arena.allocate(ARGUMENT_BYTES, ALIGNMENT);
    }

    /// [#ARGUMENT_BYTES] bytes off the heap for the argument block of one call of a kernel, aligned to 64.
    MemorySegment arguments() {
        return arguments;
    }

    /// At least `bytes` bytes off the heap, aligned to 64.
    MemorySegment memory(long bytes) {
        if (memory.byteSize() < bytes) {
            // Doubled, so that all memory ever taken is at most twice the largest size.
            memory = arena.allocate(Math.max(bytes, 2 * memory.byteSize()), ALIGNMENT);
        }
        return memory;
    }

    /// The same beside [#memory], for what an operation inside another needs.
    MemorySegment staging(long bytes) {
        if (staging.byteSize() < bytes) {
            staging = arena.allocate(Math.max(bytes, 2 * staging.byteSize()), ALIGNMENT);
        }
        return staging;
    }

    /// An array of at least `count` elements.
    float[] floats(int count) {
        if (floats.length < count) {
            floats = new float[Math.max(count, 2 * floats.length)];
        }
        return floats;
    }
}
