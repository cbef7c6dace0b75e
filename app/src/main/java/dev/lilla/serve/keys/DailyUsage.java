package dev.lilla.serve.keys;

import java.time.LocalDate;

/// What a key has used of a model in one day of UTC.
///
/// @param key its id
public record DailyUsage(
        long key,
        LocalDate day,
        String model,
        long requests,
        long promptTokens,
        long cachedTokens,
        long completionTokens) {
    /// What budgets count.
    public long tokens() {
        return promptTokens + completionTokens;
    }

    /// The same key, day and model.
    DailyUsage plus(DailyUsage other) {
        return new DailyUsage(
                key,
                day,
                model,
                requests + other.requests,
                promptTokens + other.promptTokens,
                cachedTokens + other.cachedTokens,
                completionTokens + other.completionTokens);
    }
}
