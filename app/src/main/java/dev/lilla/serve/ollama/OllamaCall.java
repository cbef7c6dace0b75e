package dev.lilla.serve.ollama;

import dev.lilla.serve.http.Json;
import dev.lilla.serve.text.AnswerPart;
import tools.jackson.databind.JsonNode;

/// The call of a tool.
record OllamaCall(String id, Function function) {
    /// @param arguments a JSON object, where OpenAI has a string
    record Function(String name, JsonNode arguments) {}

    static OllamaCall of(AnswerPart.Call call) {
        return new OllamaCall(call.id(), new Function(call.name(), Json.MAPPER.readTree(call.arguments())));
    }
}
