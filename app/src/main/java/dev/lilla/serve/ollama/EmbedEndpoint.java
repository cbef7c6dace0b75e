package dev.lilla.serve.ollama;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.Embeddings;
import dev.lilla.serve.text.TextPrompt;
import java.util.Arrays;
import java.util.List;

/// `POST /api/embed`, and `POST /api/embeddings` as it was before it: texts to vectors.
///
/// @param host of the models
public record EmbedEndpoint(ModelHost host) {
    record Embedded(
            String model, List<float[]> embeddings, long totalDuration, long loadDuration, int promptEvalCount) {}

    record Single(float[] embedding) {}

    public Endpoint several() {
        return this::several;
    }

    /// One text, in the field `prompt`.
    public Endpoint one() {
        return this::one;
    }

    private void several(Exchange exchange) throws InterruptedException {
        long began = System.nanoTime();
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = OllamaModel.lease(fields, host)) {
            long loaded = System.nanoTime() - began;
            List<int[]> texts = texts(fields, "input", lease.model());
            List<float[]> vectors = Embeddings.read(fields, lease.model()).of(exchange, lease.model(), "input", texts);
            exchange.send(new Embedded(
                    OllamaModel.name(fields),
                    vectors,
                    System.nanoTime() - began,
                    loaded,
                    texts.stream().mapToInt(text -> text.length).sum()));
        }
    }

    private void one(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = OllamaModel.lease(fields, host)) {
            List<int[]> texts = texts(fields, "prompt", lease.model());
            exchange.send(new Single(Embeddings.read(fields, lease.model())
                    .of(exchange, lease.model(), "prompt", texts)
                    .getFirst()));
        }
    }

    /// Texts that are too long lose their ends, unless `truncate` is false: that is what it means if it is left out.
    private static List<int[]> texts(JsonFields fields, String field, HostedModel model) {
        boolean truncates = fields.any("truncate").isEmpty() || fields.flag("truncate");
        int context = model.entry().contextTokens();
        return TextPrompt.read(fields, field, model, Embeddings.TEXTS_MAX).stream()
                .map(TextPrompt::tokens)
                .map(text -> truncates && text.length > context ? Arrays.copyOf(text, context) : text)
                .toList();
    }
}
