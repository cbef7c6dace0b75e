package dev.lilla.serve.llamacpp;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.lilla.chat.Usage;
import dev.lilla.generate.TextEvent;
import dev.lilla.generate.TokenLogprobs;
import dev.lilla.serve.http.EventStream;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.TextPrompt;
import dev.lilla.serve.text.Timings;
import dev.lilla.serve.text.TokenText;
import dev.lilla.serve.text.WrittenChoice;
import dev.lilla.tokenizer.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A reply of `POST /completion`, whole or a part of a stream.
///
/// @param tokens that were written
/// @param isStop whether the text has ended; what follows stands only then, but for the counts
/// @param completionProbabilities one for each token, if that was asked for
@JsonInclude(JsonInclude.Include.NON_NULL)
record CompletionReply(
        int index,
        String content,
        List<Integer> tokens,
        @JsonProperty("stop") boolean isStop,
        int idSlot,
        @Nullable String model,
        int tokensPredicted,
        int tokensEvaluated,
        @Nullable Integer tokensCached,
        @Nullable String prompt,
        @Nullable Boolean truncated,
        @Nullable String stopType,
        @Nullable String stoppingWord,
        @Nullable Timings timings,
        @Nullable List<Probability> completionProbabilities) {
    /// A token, and the likeliest ones in its place.
    record Probability(int id, String token, int[] bytes, double logprob, List<Alternative> topLogprobs) {}

    record Alternative(int id, String token, int[] bytes, double logprob) {}

    /// What replies of a request have in common.
    ///
    /// @param model what clients call it
    /// @param stops strings that end the text
    record Form(String model, TextPrompt prompt, Tokenizer tokenizer, List<String> stops) {
        /// Sends text while it is written.
        Submission.Reader reader(EventStream events) {
            return new Submission.Reader() {
                @Override
                public void written(WrittenChoice choice, TextEvent event, String piece) {
                    List<TextEvent.Token> tokens = event instanceof TextEvent.Token token ? List.of(token) : List.of();
                    if (!tokens.isEmpty() || !piece.isEmpty()) {
                        events.send(part(piece, tokens, choice.tokens().size()));
                    }
                }

                @Override
                public void waiting() {
                    events.ping();
                }
            };
        }

        private CompletionReply part(String piece, List<TextEvent.Token> tokens, int written) {
            return new CompletionReply(
                    0,
                    piece,
                    ids(tokens),
                    false,
                    -1,
                    null,
                    written,
                    prompt.tokens().length,
                    null,
                    null,
                    null,
                    null,
                    null,
                    null,
                    probabilities(tokens));
        }

        /// The last part of a stream.
        CompletionReply end(WrittenChoice choice) {
            return ended(choice, "", List.of());
        }

        CompletionReply whole(WrittenChoice choice) {
            return ended(choice, choice.text(), choice.tokens());
        }

        private CompletionReply ended(WrittenChoice choice, String text, List<TextEvent.Token> tokens) {
            Usage usage = choice.usage();
            String word = stoppingWord(choice);
            boolean isCut = choice.finishReason().equals("length");
            return new CompletionReply(
                    0,
                    text,
                    ids(tokens),
                    true,
                    -1,
                    model,
                    usage.completionTokens(),
                    usage.promptTokens(),
                    usage.cachedTokens(),
                    prompt.text(),
                    false,
                    isCut ? "limit" : word.isEmpty() ? "eos" : "word",
                    word,
                    Timings.of(usage),
                    probabilities(tokens));
        }

        /// The stop string that ended the text: it is in what the tokens say and not in the text.
        private String stoppingWord(WrittenChoice choice) {
            if (stops.isEmpty() || choice.finishReason().equals("length")) {
                return "";
            }
            String rest = tokenizer.decode(
                    ids(choice.tokens()).stream().mapToInt(Integer::intValue).toArray());
            String after = rest.startsWith(choice.text())
                    ? rest.substring(choice.text().length())
                    : rest;
            return stops.stream().filter(after::startsWith).findFirst().orElse("");
        }

        private static List<Integer> ids(List<TextEvent.Token> tokens) {
            return tokens.stream().map(TextEvent.Token::token).toList();
        }

        /// @return null if nobody asked for them
        private @Nullable List<Probability> probabilities(List<TextEvent.Token> tokens) {
            if (tokens.isEmpty()
                    || tokens.stream().anyMatch(token -> token.logprobs().isEmpty())) {
                return null;
            }
            return tokens.stream().map(this::probability).toList();
        }

        private Probability probability(TextEvent.Token token) {
            TokenLogprobs logprobs = token.logprobs().orElseThrow();
            return new Probability(
                    token.token(),
                    TokenText.of(tokenizer, token.token()),
                    TokenText.bytes(tokenizer, token.token()),
                    logprobs.token(),
                    logprobs.top().stream()
                            .map(top -> new Alternative(
                                    top.token(),
                                    TokenText.of(tokenizer, top.token()),
                                    TokenText.bytes(tokenizer, top.token()),
                                    top.logprob()))
                            .toList());
        }
    }
}
