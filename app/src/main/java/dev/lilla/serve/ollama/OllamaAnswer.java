package dev.lilla.serve.ollama;

import dev.lilla.generate.TextEvent;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.LineStream;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.serve.text.AnswerPart;
import dev.lilla.serve.text.ChatLogprobs;
import dev.lilla.serve.text.Submission;
import dev.lilla.serve.text.WrittenChoice;
import dev.lilla.tokenizer.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes a text for a request, in one piece or as it comes.
///
/// @param form what its replies have in common
record OllamaAnswer(AnswerOptions options, OllamaReply.Form form) {
    /// Answers with the text of a single prompt.
    void send(Exchange exchange, Submission.Terms terms) throws InterruptedException {
        Tokenizer tokenizer = terms.model().text().tokenizer();
        try (Submission texts = Submission.of(exchange, terms, options)) {
            if (terms.fields().isStream()) {
                stream(exchange, texts, tokenizer);
                return;
            }
            texts.read(options.ping(), Submission.Reader.NONE);
            WrittenChoice choice = texts.choices().getFirst();
            exchange.send(form.end(
                    new OllamaReply.Written(choice.content(), choice.thought(), choice.calls()),
                    entries(tokenizer, choice.tokens()),
                    choice.finishReason(),
                    choice.usage()));
        }
    }

    /// Answers that the model is in memory, or leaves it.
    ///
    /// @param reason `load` or `unload`
    void sendEmpty(Exchange exchange, boolean isStream, String reason) {
        if (!isStream) {
            exchange.send(form.empty(reason));
            return;
        }
        try (LineStream lines = exchange.lines()) {
            lines.send(form.empty(reason));
        }
    }

    private void stream(Exchange exchange, Submission texts, Tokenizer tokenizer) throws InterruptedException {
        try (LineStream lines = exchange.lines()) {
            try {
                texts.read(options.ping(), new Submission.Reader() {
                    @Override
                    public void written(WrittenChoice choice, TextEvent event, String piece) {
                        OllamaAnswer.this.written(lines, tokenizer, choice, event);
                    }

                    @Override
                    public void waiting() {
                        // A line would be taken for text; the connection's watch tells whether the client is there.
                    }
                });
                WrittenChoice choice = texts.choices().getFirst();
                lines.send(form.end(OllamaReply.Written.NOTHING, null, choice.finishReason(), choice.usage()));
            } catch (HttpFailure e) {
                lines.fail(e);
            }
        }
    }

    private void written(LineStream lines, Tokenizer tokenizer, WrittenChoice choice, TextEvent event) {
        List<ChatLogprobs.Entry> logprobs =
                event instanceof TextEvent.Token token ? entries(tokenizer, List.of(token)) : null;
        for (AnswerPart part : choice.fresh()) {
            lines.send(form.piece(OllamaReply.Written.of(part), logprobs));
            logprobs = null;
        }
        if (logprobs != null) {
            lines.send(form.piece(OllamaReply.Written.NOTHING, logprobs));
        }
    }

    /// @return null if nobody asked for them
    private static @Nullable List<ChatLogprobs.Entry> entries(Tokenizer tokenizer, List<TextEvent.Token> tokens) {
        ChatLogprobs logprobs = ChatLogprobs.of(tokenizer, tokens);
        return logprobs == null || logprobs.content().isEmpty() ? null : logprobs.content();
    }
}
