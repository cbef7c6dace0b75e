package dev.lilla.serve.llamacpp;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.Embeddings;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.TextPrompt;
import java.util.ArrayList;
import java.util.List;

/// `POST /embedding`: texts to vectors, as llama.cpp's server answers outside of OpenAI's API.
///
/// @param host of the models
public record EmbeddingEndpoint(ModelHost host) implements Endpoint {
    /// @param embedding the only row of its kind, as texts are pooled
    record Embedding(int index, List<float[]> embedding) {}

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        String field = fields.any("content").isPresent() ? "content" : "input";
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            List<int[]> texts = TextPrompt.read(fields, field, lease.model(), Embeddings.TEXTS_MAX).stream()
                    .map(TextPrompt::tokens)
                    .toList();
            List<Embedding> embeddings = new ArrayList<>();
            for (float[] vector : Embeddings.read(fields, lease.model()).of(exchange, lease.model(), field, texts)) {
                embeddings.add(new Embedding(embeddings.size(), List.of(vector)));
            }
            exchange.send(embeddings);
        }
    }
}
