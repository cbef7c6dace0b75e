package dev.lilla.serve.host;

import java.time.Instant;

/// A model that clients can ask for.
///
/// @param created when its files were written
/// @param parameters numbers in its weights
/// @param bytes of its weights as stored
/// @param contextTokens the most tokens of a text, prompt included
/// @param vocab number of token ids
/// @param details what kind of model it is
public record ModelEntry(
        String name, Instant created, long parameters, long bytes, int contextTokens, int vocab, ModelDetails details) {
    /// The same by another name.
    public ModelEntry withName(String value) {
        return new ModelEntry(value, created, parameters, bytes, contextTokens, vocab, details);
    }
}
