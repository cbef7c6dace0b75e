package dev.lilla.serve.openai;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.Embeddings;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.TextPrompt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// `POST /v1/embeddings`: texts to vectors.
///
/// @param host of the models
public record EmbeddingsEndpoint(ModelHost host) implements Endpoint {
    record EmbeddingList(String object, List<Embedding> data, String model, Usage usage) {}

    /// @param embedding numbers, or the base64 of their bytes as little-endian floats
    record Embedding(String object, int index, Object embedding) {}

    record Usage(int promptTokens, int totalTokens) {}

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            HostedModel model = lease.model();
            boolean isBase64 = isBase64(fields);
            Embeddings embeddings = Embeddings.read(fields, model);
            List<int[]> texts = TextPrompt.read(fields, "input", model, Embeddings.TEXTS_MAX).stream()
                    .map(TextPrompt::tokens)
                    .toList();
            List<Embedding> data = new ArrayList<>();
            for (float[] vector : embeddings.of(exchange, model, "input", texts)) {
                data.add(new Embedding("embedding", data.size(), isBase64 ? base64(vector) : vector));
            }
            int tokens = texts.stream().mapToInt(text -> text.length).sum();
            exchange.send(new EmbeddingList("list", data, model.entry().name(), new Usage(tokens, tokens)));
        }
    }

    private static boolean isBase64(JsonFields fields) {
        String format = fields.text("encoding_format").orElse("float");
        return switch (format) {
            case "float" -> false;
            case "base64" -> true;
            default -> throw fields.invalid("encoding_format", "must be float or base64, found " + format);
        };
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float element : vector) {
            bytes.putFloat(element);
        }
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
