package dev.lilla.tokenizer;

/// How a vocabulary is trained.
///
/// @param vocabulary tokens in all, exactly: control tokens, the 256 bytes, merges
/// @param frequencyMin least occurrences of a pair to be merged
/// @param writtenMin least occurrences of each merged token in the encoded texts that a model learns to write;
///     0 asks for none. A token that a model never writes is one it cannot learn to write later, with adapters at
///     the least.
public record TrainerOptions(int vocabulary, long frequencyMin, long writtenMin) {
    /// @throws IllegalArgumentException if a number is out of range
    public TrainerOptions {
        if (vocabulary < 1 || vocabulary > TokenizerLimits.TOKENS_MAX) {
            throw new IllegalArgumentException(
                    "a vocabulary of " + vocabulary + ", expected 1 to " + TokenizerLimits.TOKENS_MAX);
        }
        if (frequencyMin < 1 || writtenMin < 0) {
            throw new IllegalArgumentException("a least frequency of " + frequencyMin + " and " + writtenMin
                    + " occurrences in answers, expected at least 1 and 0");
        }
    }

    public static TrainerOptions of(int vocabulary) {
        return new TrainerOptions(vocabulary, 2, 0);
    }

    public TrainerOptions withFrequencyMin(long least) {
        return new TrainerOptions(vocabulary, least, writtenMin);
    }

    public TrainerOptions withWrittenMin(long least) {
        return new TrainerOptions(vocabulary, frequencyMin, least);
    }
}
