package dev.lilla.generate;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.model.ActiveAdapter;
import java.util.List;

/// A prompt that wants to be continued.
///
/// @param prompt token ids, at least one; not to be changed
/// @param adapters added to the weights for this text alone
public record GenerationRequest(
        int[] prompt, SamplerOptions sampler, StopConditions stop, List<ActiveAdapter> adapters) {
    public GenerationRequest {
        adapters = List.copyOf(adapters);
        if (prompt.length == 0) {
            throw new IllegalArgumentException("a prompt needs at least one token");
        }
    }

    /// The most likely continuation of a number of tokens.
    public static GenerationRequest greedy(int[] prompt, int maxTokens) {
        return new GenerationRequest(prompt, SamplerOptions.greedy(), StopConditions.after(maxTokens), List.of());
    }
}
