package dev.lilla.kernel;

/// A pool of cache blocks, known by their numbers. Opaque outside its backend; not safe for use by several threads.
public interface KvBlocks extends AutoCloseable {
    KvLayout layout();

    /// The most blocks that can be taken at once.
    int capacity();

    /// Blocks that are taken.
    int taken();

    /// Bytes of one block over all layers.
    long blockBytes();

    /// Takes a free block.
    ///
    /// @return its number, from 0 to `capacity() - 1`
    /// @throws CapacityException if none is left, or the memory for it cannot be had
    int take();

    /// Gives a block back; what it held is lost.
    ///
    /// @throws IllegalArgumentException if the block is not taken
    void release(int block);

    @Override
    void close();
}
