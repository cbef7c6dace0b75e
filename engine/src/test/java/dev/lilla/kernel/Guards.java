package dev.lilla.kernel;

import dev.lilla.kernel.x64.GuardedMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Memory that ends at closed pages.
record Guards(List<GuardedMemory> all) implements AutoCloseable {
    Guards() {
        this(new ArrayList<>());
    }

    MemorySegment allocate(long bytes) {
        GuardedMemory memory = GuardedMemory.of(bytes);
        all.add(memory);
        return memory.atEnd(bytes);
    }

    MemorySegment copy(MemorySegment source) {
        return allocate(source.byteSize()).copyFrom(source);
    }

    HostMatrix copy(HostMatrix source) {
        long bytes = ((source.rows() - 1L) * source.stride() + source.columns()) * Float.BYTES;
        MemorySegment memory = copy(source.memory().asSlice(source.offset(), bytes));
        return new HostMatrix(memory, 0, source.rows(), source.columns(), source.stride());
    }

    @Override
    public void close() {
        all.forEach(GuardedMemory::close);
    }
}
