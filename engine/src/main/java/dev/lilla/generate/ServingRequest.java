package dev.lilla.generate;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// A request to a [BatchScheduler]: what to write, for whom, and on which terms.
///
/// @param generation the prompt, and how it is continued; choice `i` draws with its seed plus `i`
/// @param choices how many continuations of the one prompt, at least 1
/// @param topLogprobs how many of the likeliest tokens are named with each token, 0 to [#LOGPROBS_MAX]; empty where
///     nobody asks how likely tokens are
/// @param tenant among whom the time is shared fairly
/// @param priority goes before lower ones of the same tenant; 0 unless said otherwise
/// @param scope among which requests cached keys and values are reused
/// @param timeLimit from submission to the end of the text; empty for any time
public record ServingRequest(
        GenerationRequest generation,
        int choices,
        OptionalInt topLogprobs,
        String tenant,
        int priority,
        CacheScope scope,
        Optional<Duration> timeLimit) {
    /// What the wire contract allows at most.
    public static final int LOGPROBS_MAX = 20;

    /// A bound against typing errors.
    static final int CHOICES_MAX = 128;

    public ServingRequest {
        if (choices < 1 || choices > CHOICES_MAX) {
            throw new IllegalArgumentException("choices must be 1 to " + CHOICES_MAX + ", found " + choices);
        }
        if (topLogprobs.isPresent() && (topLogprobs.getAsInt() < 0 || topLogprobs.getAsInt() > LOGPROBS_MAX)) {
            throw new IllegalArgumentException(
                    "top logprobs must be 0 to " + LOGPROBS_MAX + ", found " + topLogprobs.getAsInt());
        }
        if (timeLimit.isPresent() && !timeLimit.get().isPositive()) {
            throw new IllegalArgumentException("a time limit must be above 0, found " + timeLimit.get());
        }
    }

    /// One continuation for one tenant, whose requests reuse each other's cached beginnings.
    public static ServingRequest of(GenerationRequest generation, String tenant) {
        return new ServingRequest(
                generation, 1, OptionalInt.empty(), tenant, 0, new CacheScope.Owner(tenant), Optional.empty());
    }

    public ServingRequest withChoices(int value) {
        return new ServingRequest(generation, value, topLogprobs, tenant, priority, scope, timeLimit);
    }

    public ServingRequest withTopLogprobs(int value) {
        return new ServingRequest(generation, choices, OptionalInt.of(value), tenant, priority, scope, timeLimit);
    }

    public ServingRequest withPriority(int value) {
        return new ServingRequest(generation, choices, topLogprobs, tenant, value, scope, timeLimit);
    }

    public ServingRequest withScope(CacheScope value) {
        return new ServingRequest(generation, choices, topLogprobs, tenant, priority, value, timeLimit);
    }

    public ServingRequest withTimeLimit(Duration value) {
        return new ServingRequest(generation, choices, topLogprobs, tenant, priority, scope, Optional.of(value));
    }

    /// What choice `index` is to write.
    GenerationRequest choice(int index) {
        long seed = generation.sampler().seed() + index;
        return new GenerationRequest(
                generation.prompt(),
                generation.sampler().withSeed(seed),
                generation.stop(),
                generation.adapters(),
                generation.grammar(),
                generation.triggers());
    }
}
