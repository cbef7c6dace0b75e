package dev.lilla.generate;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.LogitRows;
import java.util.Arrays;
import java.util.List;

/// The cache blocks of one sequence, in the order of its positions. Not safe for use by several threads.
public final class BlockTable implements AutoCloseable {
    private final BlockSource source;
    private int[] blocks = new int[0];

    public BlockTable(KvBlocks pool) {
        this(BlockSource.of(pool));
    }

    BlockTable(BlockSource source) {
        this.source = source;
    }

    /// Takes blocks until there is room for `tokens` tokens.
    ///
    /// @throws CapacityException if the pool runs out; the blocks taken before stay
    public void reserve(int tokens) {
        int needed = Math.ceilDiv(tokens, KvLayout.BLOCK_TOKENS);
        while (blocks.length < needed) {
            append(source.take());
        }
    }

    /// Adds a block that the caller has taken; its tokens follow those of the others.
    void append(int block) {
        blocks = Arrays.copyOf(blocks, blocks.length + 1);
        blocks[blocks.length - 1] = block;
    }

    /// Gives back the blocks that no token before `tokens` needs, the last first: where blocks are kept for reuse, the
    /// beginning of a text is worth more than its end.
    public void truncate(int tokens) {
        int needed = Math.ceilDiv(tokens, KvLayout.BLOCK_TOKENS);
        for (int i = blocks.length - 1; i >= needed; i--) {
            source.release(blocks[i]);
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
        return new BlockTable(source);
    }

    /// What passes `tokens[start .. end - 1]` through a decoder; there is room for them then, and
    /// those before them have gone through.
    ///
    /// @param promptTokens length of the prompt, for rotary embeddings that depend on it
    /// @param adapters added to the weights
    public BatchEntry entry(
            int[] tokens, int start, int end, int promptTokens, LogitRows wanted, List<ActiveAdapter> adapters) {
        reserve(end);
        return new BatchEntry(Arrays.copyOfRange(tokens, start, end), start, blocks(), promptTokens, wanted, adapters);
    }

    /// Gives all blocks back.
    @Override
    public void close() {
        truncate(0);
    }
}
