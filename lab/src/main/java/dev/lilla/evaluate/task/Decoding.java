package dev.lilla.evaluate.task;

import dev.lilla.chat.SamplerOptions;
import java.util.List;

/// How answers are written.
///
/// @param maxTokens the most of an answer
/// @param stop texts that end it
public record Decoding(int maxTokens, List<String> stop, SamplerOptions sampler) {
    /// Enough for a paragraph.
    public static final int MAX_TOKENS = 128;

    public Decoding {
        stop = List.copyOf(stop);
        if (maxTokens < 1) {
            throw new IllegalArgumentException("an answer has at least 1 token, found max-tokens " + maxTokens);
        }
    }

    /// The same, drawn by another seed.
    public Decoding withSeed(long value) {
        return new Decoding(maxTokens, stop, sampler.withSeed(value));
    }
}
