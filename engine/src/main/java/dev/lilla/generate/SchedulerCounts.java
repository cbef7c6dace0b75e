package dev.lilla.generate;

import dev.lilla.chat.DraftUsage;

/// What a scheduler has done so far. Owned by the thread that makes its steps.
final class SchedulerCounts {
    private long steps;
    private long promptTokens;
    private long cachedTokens;
    private long writtenTokens;
    private long failures;
    private long stepTexts;
    private long drafts;
    private long draftTokens;
    private long acceptedTokens;

    /// @param texts that were part of it
    void step(int texts) {
        steps++;
        stepTexts += texts;
    }

    /// Takes note of what a step has shown about a text's guesses.
    void guessed(DraftUsage before, DraftUsage after) {
        drafts += after.drafted() > before.drafted() ? 1 : 0;
        draftTokens += after.drafted() - before.drafted();
        acceptedTokens += after.accepted() - before.accepted();
    }

    void promptTokens(int tokens) {
        promptTokens += tokens;
    }

    void cached(int tokens) {
        cachedTokens += tokens;
    }

    void written(int tokens) {
        writtenTokens += tokens;
    }

    void failure() {
        failures++;
    }

    SchedulerStatus status(FairQueue queue, CachePlaces places, ServedModel model) {
        return new SchedulerStatus(
                queue.waitingCount(),
                places.running().size(),
                model.cache().capacity(),
                model.cache().taken() - places.cache().keptBlocks(),
                places.cache().keptBlocks(),
                steps,
                stepTexts,
                promptTokens,
                cachedTokens,
                writtenTokens,
                places.preemptions(),
                failures,
                new SchedulerStatus.Guesses(drafts, draftTokens, acceptedTokens));
    }
}
