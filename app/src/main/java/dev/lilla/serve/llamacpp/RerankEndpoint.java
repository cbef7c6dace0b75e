package dev.lilla.serve.llamacpp;

import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;

/// `POST /v1/rerank`: refused, as no model that decoders make can compare a text with a query.
public record RerankEndpoint() implements Endpoint {
    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = JsonFields.of(exchange.json());
        String _ = fields.requiredText("query");
        throw HttpFailure.invalid("model", "none of the models here is a reranker; compare vectors of /v1/embeddings")
                .withCode("unsupported_model");
    }
}
