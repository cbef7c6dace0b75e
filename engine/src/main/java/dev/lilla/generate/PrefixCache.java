package dev.lilla.generate;

import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.KvBlocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cache blocks that several sequences may use, and that stay for later ones that begin alike.
///
/// Every block of the pool is in one of three states: free, in use (by as many sequences as [#users] says), or kept
/// (used by none, its content known by its key). Taking a block prefers free ones and then the kept one that was used
/// longest ago. Only full blocks have a key, and those are never written again; what a sequence still writes is its
/// own. Not safe for use by several threads.
final class PrefixCache implements BlockSource {
    private final KvBlocks pool;
    private final int[] users;
    private final @Nullable Content[] contents;
    private final Map<BlockKey, Integer> byKey = new HashMap<>();
    /// Blocks used by none, the one used longest ago first.
    private final Map<Integer, Content> kept = new LinkedHashMap<>();

    /// What a full block holds.
    ///
    /// @param tokens of this block alone
    /// @param retention what happens when nobody uses it any more
    record Content(BlockKey key, int[] tokens, Retention retention) {}

    /// What happens to a block that nobody uses any more.
    enum Retention {
        KEPT,
        DROPPED
    }

    /// Blocks found for the beginning of a text.
    ///
    /// @param keys their keys, in order
    /// @param inUse those of them that somebody uses already, which cost nothing
    record Match(List<Integer> blocks, List<BlockKey> keys, int inUse) {}

    /// @param pool all of whose blocks are free; stays the caller's to close
    PrefixCache(KvBlocks pool) {
        this.pool = pool;
        this.users = new int[pool.capacity()];
        this.contents = new Content[pool.capacity()];
    }

    /// Finds the longest known beginning; changes nothing.
    ///
    /// @param chunks the tokens of the text's full blocks, in order
    Match find(BlockKey root, List<int[]> chunks) {
        List<Integer> blocks = new ArrayList<>();
        List<BlockKey> keys = new ArrayList<>();
        int inUse = 0;
        BlockKey key = root;
        for (int[] tokens : chunks) {
            key = key.child(tokens);
            Integer block = byKey.get(key);
            // No two texts with one SHA-256 are known; the ids are compared all the same.
            if (block == null || !Arrays.equals(content(block).tokens(), tokens)) {
                break;
            }
            blocks.add(block);
            keys.add(key);
            inUse += users[block] > 0 ? 1 : 0;
        }
        return new Match(blocks, keys, inUse);
    }

    /// Uses a block that was found.
    void share(int block) {
        content(block);
        kept.remove(block);
        users[block]++;
    }

    /// Says what a block holds that one sequence has filled. If another block holds the same already, nothing changes.
    void publish(int block, Content content) {
        if (users[block] < 1 || contents[block] != null) {
            throw new IllegalStateException(
                    "block " + block + " with " + users[block] + " users cannot be published, or was before");
        }
        if (byKey.putIfAbsent(content.key(), block) == null) {
            contents[block] = content;
        }
    }

    @Override
    public int take() {
        int block = takeFree();
        users[block] = 1;
        return block;
    }

    private int takeFree() {
        try {
            return pool.take();
        } catch (CapacityException full) {
            if (kept.isEmpty()) {
                throw full;
            }
        }
        forget(kept.keySet().iterator().next());
        return pool.take();
    }

    @Override
    public void release(int block) {
        if (users[block] < 1) {
            throw new IllegalStateException("block " + block + " is released more often than it was taken");
        }
        users[block]--;
        Content content = contents[block];
        if (users[block] > 0) {
            return;
        }
        if (content == null) {
            pool.release(block);
        } else {
            kept.put(block, content);
            if (content.retention() == Retention.DROPPED) {
                forget(block);
            }
        }
    }

    /// Gives back all that is kept and not used.
    void clear() {
        List.copyOf(kept.keySet()).forEach(this::forget);
    }

    private void forget(int block) {
        byKey.remove(content(block).key());
        contents[block] = null;
        kept.remove(block);
        pool.release(block);
    }

    private Content content(int block) {
        Content content = contents[block];
        if (content == null) {
            throw new IllegalStateException("block " + block + " has no known content");
        }
        return content;
    }

    /// Blocks that can be taken.
    int available() {
        return pool.capacity() - pool.taken() + kept.size();
    }

    /// Blocks that nobody uses and that hold something known.
    int keptBlocks() {
        return kept.size();
    }

    /// How many sequences use each block.
    int[] users() {
        return users.clone();
    }

    /// Checks that every block is in exactly one state.
    ///
    /// @throws IllegalStateException if one is not
    void check() {
        int used = 0;
        int known = 0;
        for (int block = 0; block < users.length; block++) {
            used += users[block] > 0 ? 1 : 0;
            Content content = contents[block];
            known += content != null ? 1 : 0;
            boolean isKept = kept.containsKey(block);
            if (isKept != (users[block] == 0 && content != null)
                    || (content != null && !Integer.valueOf(block).equals(byKey.get(content.key())))) {
                throw new IllegalStateException("block " + block + " has " + users[block] + " users, kept: " + isKept
                        + ", content: " + (content == null ? "none" : content.key()));
            }
        }
        if (used + kept.size() != pool.taken() || known != byKey.size()) {
            throw new IllegalStateException(used + " blocks in use and " + kept.size() + " kept, but " + pool.taken()
                    + " taken; " + known + " of known content and " + byKey.size() + " keys");
        }
    }
}
