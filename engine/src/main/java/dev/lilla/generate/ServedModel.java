package dev.lilla.generate;

import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.Decoder;
import dev.lilla.tokenizer.Tokenizer;

/// What a [BatchScheduler] needs of a model. All of it stays its owner's to close, and nobody else's to use meanwhile.
///
/// @param cache all of whose blocks are free
/// @param digest tells these weights from others: cached keys and values are reused for the same digest only
/// @param drafter guesses tokens ahead
public record ServedModel(Decoder decoder, KvBlocks cache, Tokenizer tokenizer, String digest, Drafter drafter) {
    /// The most tokens of a text, prompt included: the model's context, and no more than the whole cache holds.
    public int contextTokens() {
        long cacheTokens = (long) cache.capacity() * KvLayout.BLOCK_TOKENS;
        return (int) Math.min(decoder.spec().contextLength(), cacheTokens);
    }
}
