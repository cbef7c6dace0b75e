package dev.lilla.generate;

import dev.lilla.model.DecoderSpec;
import dev.lilla.tokenizer.Tokenizer;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/// What a sequence is written under, beyond the request itself.
///
/// @param vocab width of the logits
/// @param contextTokens the most tokens there is room for, prompt included
/// @param topLogprobs how many of the likeliest tokens are named with each token; empty where nobody asks how likely
///     tokens are
/// @param clock nanoseconds, from any origin
record SequenceTerms(Tokenizer tokenizer, int vocab, int contextTokens, OptionalInt topLogprobs, LongSupplier clock) {
    /// All that the model has room for, on the system's clock.
    static SequenceTerms of(Tokenizer tokenizer, DecoderSpec spec) {
        return new SequenceTerms(tokenizer, spec.vocab(), spec.contextLength(), OptionalInt.empty(), System::nanoTime);
    }

    /// Tokens that may follow a prompt.
    ///
    /// @throws IllegalArgumentException if there is room for none
    int room(int promptTokens) {
        if (promptTokens >= contextTokens) {
            throw new IllegalArgumentException("the prompt has " + promptTokens
                    + " tokens, and the context of this model has room for " + contextTokens
                    + ", the answer included. Shorten the prompt.");
        }
        return contextTokens - promptTokens;
    }
}
