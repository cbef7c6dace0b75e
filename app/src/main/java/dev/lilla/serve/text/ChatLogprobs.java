package dev.lilla.serve.text;

import dev.lilla.generate.TextEvent;
import dev.lilla.generate.TokenLogprobs;
import dev.lilla.tokenizer.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How likely the tokens of a chat's answer were.
public record ChatLogprobs(List<Entry> content, @Nullable String refusal) {
    public record Entry(String token, double logprob, int[] bytes, List<Alternative> topLogprobs) {}

    public record Alternative(String token, double logprob, int[] bytes) {}

    /// @return null if nobody asked for them
    public static @Nullable ChatLogprobs of(Tokenizer tokenizer, List<TextEvent.Token> tokens) {
        if (tokens.stream().anyMatch(token -> token.logprobs().isEmpty())) {
            return null;
        }
        return new ChatLogprobs(
                tokens.stream().map(token -> entry(tokenizer, token)).toList(), null);
    }

    private static Entry entry(Tokenizer tokenizer, TextEvent.Token token) {
        TokenLogprobs logprobs = token.logprobs().orElseThrow();
        return new Entry(
                TokenText.of(tokenizer, token.token()),
                logprobs.token(),
                TokenText.bytes(tokenizer, token.token()),
                logprobs.top().stream()
                        .map(top -> new Alternative(
                                TokenText.of(tokenizer, top.token()),
                                top.logprob(),
                                TokenText.bytes(tokenizer, top.token())))
                        .toList());
    }
}
