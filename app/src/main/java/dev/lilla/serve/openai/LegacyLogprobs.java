package dev.lilla.serve.openai;

import dev.lilla.generate.TextEvent;
import dev.lilla.generate.TokenLogprobs;
import dev.lilla.serve.text.TokenText;
import dev.lilla.tokenizer.Detokenizer;
import dev.lilla.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How likely the tokens of a completion were: four lists of equal length.
///
/// @param tokenLogprobs null for the first token of a prompt, which follows nothing
/// @param topLogprobs by token, the likeliest first; null where `tokenLogprobs` is
/// @param textOffset code points of the text before the token
record LegacyLogprobs(
        List<String> tokens,
        List<@Nullable Double> tokenLogprobs,
        List<@Nullable Map<String, Double>> topLogprobs,
        List<Integer> textOffset) {
    /// Collects tokens in the order of the text.
    static final class Collector {
        private final Tokenizer tokenizer;
        private final Detokenizer detokenizer;
        private LegacyLogprobs collected = empty();
        private int offset;

        Collector(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            this.detokenizer = tokenizer.detokenizer();
        }

        /// Adds the tokens of a prompt.
        ///
        /// @param logprobs of all but the first
        void prompt(int[] prompt, List<TokenLogprobs> logprobs) {
            for (int i = 0; i < prompt.length; i++) {
                add(prompt[i], i == 0 ? Optional.empty() : Optional.of(logprobs.get(i - 1)));
            }
        }

        void add(TextEvent.Token token) {
            add(token.token(), token.logprobs());
        }

        private void add(int token, Optional<TokenLogprobs> logprobs) {
            collected.tokens.add(TokenText.of(tokenizer, token));
            collected.tokenLogprobs.add(logprobs.map(TokenLogprobs::token).orElse(null));
            collected.topLogprobs.add(logprobs.map(this::top).orElse(null));
            collected.textOffset.add(offset);
            String text = detokenizer.append(token);
            offset += text.codePointCount(0, text.length());
        }

        private Map<String, Double> top(TokenLogprobs logprobs) {
            Map<String, Double> top = new LinkedHashMap<>();
            // Different tokens may read alike; the likelier one counts.
            logprobs.top()
                    .forEach(alternative ->
                            top.putIfAbsent(TokenText.of(tokenizer, alternative.token()), alternative.logprob()));
            return top;
        }

        /// What was added since the last call.
        LegacyLogprobs take() {
            LegacyLogprobs taken = collected;
            collected = empty();
            return taken;
        }

        private static LegacyLogprobs empty() {
            return new LegacyLogprobs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }
    }
}
