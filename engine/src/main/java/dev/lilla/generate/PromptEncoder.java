package dev.lilla.generate;

import dev.lilla.model.family.ChatDefaults;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Text to the tokens a model expects at its start.
final class PromptEncoder {
    private final Tokenizer tokenizer;
    private final ChatDefaults.BosPolicy policy;

    PromptEncoder(Tokenizer tokenizer, ChatDefaults.BosPolicy policy) {
        this.tokenizer = tokenizer;
        this.policy = policy;
    }

    /// A text that the model continues.
    int[] text(String text) {
        return withBeginning(tokenizer.encode(text, SpecialTokens.ADD));
    }

    /// The tokens of a conversation: those a text begins with are added only where its template left them out.
    int[] conversation(int[] tokens) {
        int[] beginning = tokenizer.encode("", SpecialTokens.ADD);
        boolean hasBeginning = tokens.length >= beginning.length
                && Arrays.equals(beginning, 0, beginning.length, tokens, 0, beginning.length);
        if (hasBeginning || policy == ChatDefaults.BosPolicy.NEVER) {
            return withBeginning(tokens);
        }
        return withBeginning(IntStream.concat(Arrays.stream(beginning), Arrays.stream(tokens))
                .toArray());
    }

    private int[] withBeginning(int[] tokens) {
        if (policy != ChatDefaults.BosPolicy.ALWAYS || tokenizer.beginOfText().isEmpty()) {
            return tokens;
        }
        int begin = tokenizer.beginOfText().getAsInt();
        return tokens.length > 0 && tokens[0] == begin
                ? tokens
                : IntStream.concat(IntStream.of(begin), Arrays.stream(tokens)).toArray();
    }
}
