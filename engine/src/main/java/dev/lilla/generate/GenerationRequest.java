package dev.lilla.generate;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.model.ActiveAdapter;
import java.util.List;
import java.util.Optional;

/// A prompt that wants to be continued.
///
/// @param prompt token ids, at least one; not to be changed
/// @param adapters added to the weights for this text alone
/// @param grammar what the text must follow, over the vocabulary of the model; empty for any text. Guesses ahead are
///     checked under it like any other token. A stop string that cuts a text such that it follows no more is an error.
/// @param triggers grammars of parts of a text that is free otherwise
public record GenerationRequest(
        int[] prompt,
        SamplerOptions sampler,
        StopConditions stop,
        List<ActiveAdapter> adapters,
        Optional<TokenGrammar> grammar,
        List<GrammarTrigger> triggers) {
    public GenerationRequest {
        adapters = List.copyOf(adapters);
        triggers = List.copyOf(triggers);
        if (grammar.isPresent() && !triggers.isEmpty()) {
            throw new IllegalArgumentException("a text that follows one grammar has no parts with others");
        }
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a prompt needs at least one token");
        }
    }

    public GenerationRequest(
            int[] prompt,
            SamplerOptions sampler,
            StopConditions stop,
            List<ActiveAdapter> adapters,
            Optional<TokenGrammar> grammar) {
        this(prompt, sampler, stop, adapters, grammar, List.of());
    }

    /// Any text.
    public GenerationRequest(int[] prompt, SamplerOptions sampler, StopConditions stop, List<ActiveAdapter> adapters) {
        this(prompt, sampler, stop, adapters, Optional.empty());
    }

    public GenerationRequest withGrammar(TokenGrammar value) {
        return new GenerationRequest(prompt, sampler, stop, adapters, Optional.of(value));
    }

    public GenerationRequest withTriggers(List<GrammarTrigger> value) {
        return new GenerationRequest(prompt, sampler, stop, adapters, grammar, value);
    }

    /// The most likely continuation of a number of tokens.
    public static GenerationRequest greedy(int[] prompt, int maxTokens) {
        return new GenerationRequest(prompt, SamplerOptions.greedy(), StopConditions.after(maxTokens), List.of());
    }
}
