package dev.lilla.generate;

import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;

/// A text that was written.
///
/// @param text without stop tokens and stop strings
/// @param tokens the ids written, stop token left out
public record Completion(String text, int[] tokens, FinishReason finishReason, Usage usage) {}
