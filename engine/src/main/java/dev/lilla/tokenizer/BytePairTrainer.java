package dev.lilla.tokenizer;

/// Trains byte-level byte-pair encodings on counted words.
public final class BytePairTrainer {
    private BytePairTrainer() {}

    /// Hears how far training is.
    @FunctionalInterface
    public interface Progress {
        /// Hears nothing.
        Progress NONE = (done, total) -> {};

        void merged(int done, int total);
    }

    /// Trains a vocabulary of exactly the size asked for: the control tokens, the 256 bytes, and merges.
    ///
    /// @throws IllegalArgumentException if the size has no room for control tokens and bytes, or the texts have not
    ///     enough to merge
    public static TrainedTokenizer train(WordCounts counts, TrainerOptions options, Progress progress) {
        int fixed = counts.control().all().size() + 256;
        if (options.vocabulary() < fixed) {
            throw new IllegalArgumentException("a vocabulary of " + options.vocabulary() + ", expected at least "
                    + fixed + ": 256 bytes and " + (fixed - 256) + " control tokens");
        }
        return new TrainedTokenizer(
                counts.splitting(), counts.control(), new MergeTrainer(counts, options).train(progress));
    }
}
