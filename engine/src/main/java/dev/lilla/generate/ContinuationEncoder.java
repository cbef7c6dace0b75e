package dev.lilla.generate;

import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.util.Arrays;

/// Encodes a context and its continuation as the field's evaluation harness does.
///
/// White space at the end of the context moves to the continuation, and the continuation is what the whole text has
/// more than the context, so that tokens merged across the border are counted as they would be generated (`lm-eval`,
/// `TemplateLM._encode_pair`).
public final class ContinuationEncoder {
    private final Tokenizer tokenizer;

    public ContinuationEncoder(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /// The tokens of both parts.
    public record Pair(int[] context, int[] continuation) {}

    public Pair encode(String context, String continuation) {
        String stripped = context.stripTrailing();
        String moved = context.substring(stripped.length()) + continuation;
        int[] whole = tokenizer.encode(stripped + moved, SpecialTokens.ADD);
        int[] before = tokenizer.encode(stripped, SpecialTokens.ADD);
        int border = Math.min(before.length, whole.length);
        return new Pair(before, Arrays.copyOfRange(whole, border, whole.length));
    }
}
