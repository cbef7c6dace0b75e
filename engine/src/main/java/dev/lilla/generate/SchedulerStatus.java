package dev.lilla.generate;

/// What a [BatchScheduler] is doing and has done, for metrics; a moment's values, taken after a step.
///
/// @param waiting texts without a place in the cache
/// @param running texts with one
/// @param blocks of the cache altogether
/// @param usedBlocks blocks of running texts
/// @param keptBlocks blocks that hold beginnings for later reuse
/// @param steps passes through the model so far
/// @param stepTexts texts that were part of these passes, summed over them
/// @param promptTokens tokens of prompts read so far, those read again after a preemption included
/// @param cachedTokens tokens of prompts that were found in the cache so far
/// @param writtenTokens tokens written so far
/// @param preemptions how often a text gave up its place so far
/// @param failures texts that failed so far
public record SchedulerStatus(
        int waiting,
        int running,
        int blocks,
        int usedBlocks,
        int keptBlocks,
        long steps,
        long stepTexts,
        long promptTokens,
        long cachedTokens,
        long writtenTokens,
        long preemptions,
        long failures,
        Guesses guesses) {
    /// Tokens that were guessed ahead so far.
    ///
    /// @param drafts how often tokens were guessed
    /// @param tokens that were guessed
    /// @param accepted those that were right
    public record Guesses(long drafts, long tokens, long accepted) {}
}
