package dev.lilla.serve.text;

import dev.lilla.generate.Pooling;
import dev.lilla.generate.TextEmbedder;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.AnswerUsage;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The vectors of a request's texts. Each text is read between two steps of the texts that are written meanwhile.
///
/// @param pooling how states become a vector
/// @param dimensions elements of a vector; empty for all
public record Embeddings(Pooling pooling, OptionalInt dimensions) {
    /// As many as clients send at once.
    public static final int TEXTS_MAX = 2_048;

    /// Reads `dimensions`, and `pooling`: `mean` or `last`. If the latter is left out it is what the model's files say,
    /// and the mean where they say nothing.
    ///
    /// @throws HttpFailure 400 if a field is wrong
    public static Embeddings read(JsonFields fields, HostedModel model) {
        int hidden = model.description().spec().hidden();
        Pooling pooling = fields.text("pooling")
                .map(label -> Pooling.of(label)
                        .orElseThrow(() -> fields.invalid("pooling", "must be mean or last, found " + label)))
                .or(model::pooling)
                .orElse(Pooling.MEAN);
        return new Embeddings(pooling, fields.integer("dimensions", 1, hidden));
    }

    /// Makes the vectors, in order, and reports what was read.
    ///
    /// @param param the field that the texts come from
    /// @throws HttpFailure 400 if a text is longer than the context, before any is read
    public List<float[]> of(Exchange exchange, HostedModel model, String param, List<int[]> texts)
            throws InterruptedException {
        int context = model.entry().contextTokens();
        for (int[] text : texts) {
            if (text.length > context) {
                throw HttpFailure.invalid(
                                param,
                                "this model's maximum context length is " + context + " tokens, and a text has "
                                        + text.length + "; shorten it")
                        .withCode("context_length_exceeded");
            }
        }
        exchange.client().watch(() -> {});
        List<float[]> vectors = new ArrayList<>();
        long began = System.nanoTime();
        long tokens = 0;
        try {
            for (int[] text : texts) {
                exchange.client().requirePresent();
                float[] vector = model.embed(text, pooling);
                tokens += text.length;
                vectors.add(dimensions.isPresent() ? TextEmbedder.shortened(vector, dimensions.getAsInt()) : vector);
            }
        } finally {
            exchange.used(usage(model, tokens, Duration.ofNanos(System.nanoTime() - began)));
        }
        return vectors;
    }

    /// Texts are read, and nothing is written.
    private static AnswerUsage usage(HostedModel model, long tokens, Duration time) {
        return new AnswerUsage(model.modelName(), tokens, 0, 0, time, Duration.ZERO, 0, Optional.empty(), time);
    }
}
