package dev.lilla.serve.text;

import dev.lilla.generate.CacheScope;
import dev.lilla.generate.GenerationRequest;
import dev.lilla.generate.ServingRequest;
import dev.lilla.generate.StopConditions;
import dev.lilla.generate.TextEvent;
import dev.lilla.generate.TextStream;
import dev.lilla.grammar.GrammarException;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.FileChangedException;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The texts of one request while they are written: for each prompt, its choices. Ends with the client.
public final class Submission implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Submission.class.getName());
    /// There is no telling when a place in the queue comes free; most clients double this by themselves.
    private static final String RETRY_AFTER_SECONDS = "1";

    private final Exchange exchange;
    private final Terms terms;
    private final long began = System.nanoTime();
    private final List<TextStream> streams = new ArrayList<>();
    private final List<WrittenChoice> choices = new ArrayList<>();
    private final int choicesEach;
    private @Nullable Duration firstToken;

    private Submission(Exchange exchange, Terms terms) {
        this.exchange = exchange;
        this.terms = terms;
        this.choicesEach = terms.fields().choices();
    }

    /// What one request asks a model for.
    ///
    /// @param prompts token ids
    /// @param stopStrings beside those of the request
    /// @param param the field that the prompts come from
    /// @param maxTokens empty for as many as fit
    /// @param topLogprobs empty where nobody asks how likely tokens are
    /// @param form what answers consist of
    public record Terms(
            HostedModel model,
            List<int[]> prompts,
            GenerationFields fields,
            List<String> stopStrings,
            String param,
            OptionalInt maxTokens,
            OptionalInt topLogprobs,
            AnswerForm form) {}

    /// Turns a request away that would find the queue full, before its prompt is rendered and cut into tokens: under a
    /// flood that work is what the others would wait for.
    ///
    /// @throws HttpFailure 429 if there is no place for one more text
    public static void requirePlace(Exchange exchange, HostedModel model) {
        try {
            model.requirePlace(exchange.key().id());
        } catch (CapacityException e) {
            throw queueFull(e);
        }
    }

    private static HttpFailure queueFull(CapacityException e) {
        return HttpFailure.of(429, HttpFailure.Kind.RATE_LIMIT, String.valueOf(e.getMessage()))
                .withCode("queue_full")
                .withHeader("Retry-After", RETRY_AFTER_SECONDS);
    }

    /// Puts all prompts into the model's queue.
    ///
    /// @throws HttpFailure 400 if one is too long, 429 if the queue is full
    public static Submission of(Exchange exchange, Terms terms, AnswerOptions options) {
        Submission submission = new Submission(exchange, terms);
        try {
            for (int[] prompt : terms.prompts()) {
                ServingRequest request = request(exchange, terms, prompt, options.timeLimit());
                submission.add(submit(terms.model(), request));
            }
        } catch (RuntimeException e) {
            submission.cancel();
            throw e;
        }
        exchange.client().watch(submission::cancel);
        return submission;
    }

    private void add(TextStream stream) {
        streams.add(stream);
        for (int choice = 0; choice < choicesEach; choice++) {
            choices.add(
                    new WrittenChoice(choices.size(), choice == 0, terms.form().reader()));
        }
    }

    private static ServingRequest request(Exchange exchange, Terms terms, int[] prompt, Duration timeLimit) {
        requireRoom(terms.model(), terms.param(), prompt.length);
        GenerationFields fields = terms.fields();
        // A form says itself where a text ends, and a stop string might cut it short.
        List<String> stops = new ArrayList<>(fields.grammar().isPresent() ? List.of() : terms.stopStrings());
        stops.addAll(fields.stop());
        GenerationRequest generation = new GenerationRequest(
                prompt,
                fields.sampler(),
                new StopConditions(
                        terms.model().defaults().stopTokens(),
                        stops,
                        terms.maxTokens().orElse(Integer.MAX_VALUE)),
                terms.model().adapters(),
                fields.grammar(),
                terms.form().triggers());
        String owner = exchange.key().id();
        return new ServingRequest(
                generation,
                fields.choices(),
                terms.topLogprobs(),
                owner,
                0,
                fields.cachePrompt() ? new CacheScope.Owner(owner) : new CacheScope.Request(),
                Optional.of(timeLimit));
    }

    /// @throws HttpFailure if a prompt leaves no room for a token
    public static void requireRoom(HostedModel model, String param, int promptTokens) {
        int context = model.entry().contextTokens();
        if (promptTokens >= context) {
            throw HttpFailure.of(
                            400,
                            HttpFailure.Kind.INVALID_REQUEST,
                            "this model's maximum context length is " + context + " tokens, and the request has "
                                    + promptTokens + " and needs at least one more for the answer; shorten it")
                    .withParam(param)
                    .withCode("context_length_exceeded");
        }
    }

    private static TextStream submit(HostedModel model, ServingRequest request) {
        try {
            return model.submit(request);
        } catch (CapacityException e) {
            throw queueFull(e);
        } catch (IllegalStateException e) {
            throw stopping();
        }
    }

    private static HttpFailure stopping() {
        return HttpFailure.of(503, HttpFailure.Kind.UNAVAILABLE, "the server stops, or its model has died");
    }

    /// Its choices, those of the first prompt first.
    public List<WrittenChoice> choices() {
        return choices;
    }

    /// Who follows an answer while it is written.
    public interface Reader {
        /// For answers in one piece.
        Reader NONE = new Reader() {
            @Override
            public void written(WrittenChoice choice, TextEvent event, String piece) {}

            @Override
            public void waiting() {}
        };

        /// Text was added to a choice, or a token, or it has ended.
        void written(WrittenChoice choice, TextEvent event, String piece);

        /// Nothing happened for a while.
        void waiting();
    }

    /// Reads until all choices have ended, prompt by prompt.
    ///
    /// @throws HttpFailure if a text failed, or was cancelled though the client is still there
    public void read(Duration patience, Reader reader) throws InterruptedException {
        for (int prompt = 0; prompt < streams.size(); prompt++) {
            TextStream stream = streams.get(prompt);
            while (!stream.isEnded()) {
                Optional<TextEvent> event = stream.next(patience);
                if (event.isPresent()) {
                    take(choices.get(prompt * choicesEach + event.get().choice()), event.get(), reader);
                } else if (!stream.isEnded()) {
                    reader.waiting();
                }
            }
        }
    }

    private void take(WrittenChoice choice, TextEvent event, Reader reader) {
        String piece;
        try {
            piece = choice.add(event);
        } catch (GrammarException e) {
            throw HttpFailure.of(400, HttpFailure.Kind.INVALID_REQUEST, String.valueOf(e.getMessage()))
                    .withCode("format_not_held");
        } catch (CapacityException e) {
            throw HttpFailure.of(503, HttpFailure.Kind.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (FileChangedException e) {
            throw HttpFailure.of(503, HttpFailure.Kind.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOGGER.log(System.Logger.Level.ERROR, "writing a text failed", e);
            throw HttpFailure.of(500, HttpFailure.Kind.SERVER, "writing the text failed, a fault of Lilla");
        }
        if (event instanceof TextEvent.End && choice.isCancelled()) {
            exchange.client().requirePresent();
            throw stopping();
        }
        if (event instanceof TextEvent.Token && firstToken == null) {
            firstToken = Duration.ofNanos(System.nanoTime() - began);
        }
        reader.written(choice, event, piece);
    }

    /// Cancels what has not ended. May be called by any thread.
    private void cancel() {
        streams.forEach(TextStream::close);
    }

    /// Cancels what has not ended, and reports what was used. For the thread that answers.
    @Override
    public void close() {
        cancel();
        exchange.used(SubmissionUsage.of(
                terms, choices, Optional.ofNullable(firstToken), Duration.ofNanos(System.nanoTime() - began)));
    }
}
