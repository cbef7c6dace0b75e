package dev.lilla.remote;

import dev.lilla.chat.ChatRequest;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a provider's API has of its own: a request, and the events of a streamed answer.
interface WireFormat {
    /// Where requests go.
    ///
    /// @param base of the model
    URI endpoint(URI base);

    /// Headers of a request; one of them holds the key.
    Map<String, String> headers(ApiKey key);

    /// The body of a request for a streamed answer.
    ///
    /// @throws IllegalArgumentException if the API cannot do what is asked
    ObjectNode body(String model, ChatRequest request);

    /// Takes an event of the stream.
    ///
    /// @param data its JSON
    /// @throws StreamFailure if the provider says that the answer failed
    void read(JsonNode data, StreamedAnswer answer) throws StreamFailure;

    /// Whether an event without JSON ends the stream.
    boolean isEnd(String data);

    /// How to ask again after a refusal that only another spelling of the request mends.
    default Optional<WireFormat> after(Refusal refusal) {
        return Optional.empty();
    }
}
