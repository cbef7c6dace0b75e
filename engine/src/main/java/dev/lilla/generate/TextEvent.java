package dev.lilla.generate;

import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import java.time.Duration;
import java.util.Optional;

/// What happens to a text while it is written.
///
/// For each choice: any number of [PromptRead], then any number of [Token], then one [End] or [Failure].
public sealed interface TextEvent {
    /// Which of the request's choices, from 0.
    int choice();

    /// Part of the prompt was read.
    ///
    /// @param tokens read so far, cached ones included
    record PromptRead(int choice, int tokens, int promptTokens) implements TextEvent {}

    /// A token was written.
    ///
    /// @param piece the text that is certain now: whole code points, never part of a stop string, often empty
    /// @param logprobs if they were asked for
    record Token(int choice, int token, String piece, Optional<TokenLogprobs> logprobs) implements TextEvent {}

    /// The text has ended.
    ///
    /// @param tail text that was held back until now, often empty
    record End(int choice, FinishReason reason, String tail, Usage usage, Waits waits) implements TextEvent {}

    /// The text cannot go on.
    ///
    /// @param cause a [dev.lilla.kernel.CapacityException] where there is not enough memory, a
    ///     [dev.lilla.grammar.GrammarException] where the text cannot follow its grammar; anything else is a bug
    record Failure(int choice, RuntimeException cause) implements TextEvent {}

    /// What a text waited for.
    ///
    /// @param queued time from submission to its place in the cache
    /// @param total time from submission to the end
    /// @param preemptions how often it gave up its place and read its tokens again
    record Waits(Duration queued, Duration total, int preemptions) {}
}
