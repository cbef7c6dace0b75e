package dev.lilla.generate;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import java.util.Arrays;

/// The cache blocks of one sequence, in the order of its positions. Not safe for use by several threads.
public final class BlockTable implements AutoCloseable {
    private final KvBlocks pool;
    private int[] blocks = new int[0];

    public BlockTable(KvBlocks pool) {
        this.pool = pool;
    }

    /// Takes blocks until there is room for `tokens` tokens.
    ///
    /// @throws CapacityException if the pool runs out; the blocks taken before stay
    public void reserve(int tokens) {
        int needed = Math.ceilDiv(tokens, KvLayout.BLOCK_TOKENS);
        while (blocks.length < needed) {
            int block = pool.take();
            blocks = Arrays.copyOf(blocks, blocks.length + 1);
            blocks[blocks.length - 1] = block;
        }
    }

    /// Gives back the blocks that no token before `tokens` needs.
    public void truncate(int tokens) {
        int needed = Math.ceilDiv(tokens, KvLayout.BLOCK_TOKENS);
        for (int i = needed; i < blocks.length; i++) {
            pool.release(blocks[i]);
        }
        blocks = Arrays.copyOf(blocks, Math.min(needed, blocks.length));
    }

    /// Tokens that the blocks taken so far have room for.
    int room() {
        return blocks.length * KvLayout.BLOCK_TOKENS;
    }

    /// The numbers of the blocks; not to be changed.
    public int[] blocks() {
        return blocks;
    }

    /// An empty table on the same pool.
    BlockTable successor() {
        return new BlockTable(pool);
    }

    /// Gives all blocks back.
    @Override
    public void close() {
        truncate(0);
    }
}
