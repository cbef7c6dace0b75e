package dev.lilla.tokenizer;

import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// How often each token occurs in the encoded training texts.
public final class TokenOccurrences {
    private final int firstMerged;
    private final long[] all;
    private final long[] written;

    /// @param firstMerged ids below are control tokens and bytes
    TokenOccurrences(int firstMerged, long[] all, long[] written) {
        this.firstMerged = firstMerged;
        this.all = all.clone();
        this.written = written.clone();
    }

    /// Occurrences of a token.
    public long of(int id) {
        return all[id];
    }

    /// Occurrences in texts that a model learns to write.
    public long written(int id) {
        return written[id];
    }

    /// Tokens of all texts.
    public long total() {
        return LongStream.of(all).sum();
    }

    /// Tokens of the texts that a model learns to write.
    public long totalWritten() {
        return LongStream.of(written).sum();
    }

    /// Merged tokens that are written less often than that.
    public int writtenBelow(long times) {
        return (int) IntStream.range(firstMerged, written.length)
                .filter(id -> written[id] < times)
                .count();
    }
}
