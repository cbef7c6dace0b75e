package dev.lilla.train;

import java.util.Map;

/// How examples become tokens.
///
/// @param maxLength the most tokens of an example
/// @param promptWeight weight of the loss on what the assistant did not write, from 0 to 1
/// @param prompts how prompts and completions are put together
/// @param tooLong what happens to longer examples; texts are cut into windows in either case
/// @param variables further ones for the chat template, such as `enable_thinking`
public record EncodingOptions(
        int maxLength, float promptWeight, Prompts prompts, TooLong tooLong, Map<String, Object> variables) {
    public EncodingOptions {
        if (maxLength < 2) {
            throw new IllegalArgumentException("examples need at least 2 tokens, found a maximum of " + maxLength);
        }
        if (!(promptWeight >= 0 && promptWeight <= 1)) {
            throw new IllegalArgumentException("the weight of prompts is from 0 to 1, found " + promptWeight);
        }
        variables = Map.copyOf(variables);
    }

    /// Of examples with both a prompt and a completion.
    public enum Prompts {
        /// As a user's and an assistant's turn where the model has a chat template, else as they are.
        TEMPLATE,
        /// As they are, one after the other.
        RAW
    }

    /// What happens to an example that has too many tokens.
    public enum TooLong {
        /// Its beginning is kept.
        CUT,
        /// It is left out.
        DROP
    }

    /// Loss on the assistant's tokens alone; longer examples are cut.
    public static EncodingOptions of(int maxLength) {
        return new EncodingOptions(maxLength, 0, Prompts.TEMPLATE, TooLong.CUT, Map.of());
    }
}
