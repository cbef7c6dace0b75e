package dev.lilla.generate;

/// What a scheduler has done so far. Owned by the thread that makes its steps.
final class SchedulerCounts {
    private long steps;
    private long promptTokens;
    private long cachedTokens;
    private long writtenTokens;
    private long failures;

    void step() {
        steps++;
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
                promptTokens,
                cachedTokens,
                writtenTokens,
                places.preemptions(),
                failures);
    }
}
