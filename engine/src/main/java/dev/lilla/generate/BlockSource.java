package dev.lilla.generate;

import dev.lilla.kernel.KvBlocks;

/// Where the cache blocks of a sequence come from and go back to.
interface BlockSource {
    /// Takes a block nobody else uses.
    ///
    /// @throws dev.lilla.kernel.CapacityException if none is left
    int take();

    /// Gives up one use of a block.
    void release(int block);

    /// Blocks straight from a pool, each with one user.
    static BlockSource of(KvBlocks pool) {
        return new BlockSource() {
            @Override
            public int take() {
                return pool.take();
            }

            @Override
            public void release(int block) {
                pool.release(block);
            }
        };
    }
}
