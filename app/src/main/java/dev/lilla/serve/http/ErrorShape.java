package dev.lilla.serve.http;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How an API words an error in JSON.
public enum ErrorShape {
    /// `{"error":{"message","type","param","code"}}`
    OPENAI {
        @Override
        public ObjectNode body(HttpFailure failure) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            ObjectNode error = body.putObject("error");
            error.put("message", failure.message());
            error.put("type", failure.kind().label());
            error.put("param", failure.param().orElse(null));
            error.put("code", failure.code().orElse(null));
            return body;
        }
    },
    /// `{"error":"text"}`
    OLLAMA {
        @Override
        public ObjectNode body(HttpFailure failure) {
            return JsonNodeFactory.instance.objectNode().put("error", failure.message());
        }
    };

    public abstract ObjectNode body(HttpFailure failure);

    /// The shape for a path that no route has.
    static ErrorShape ofPath(String path) {
        return path.startsWith("/api/") ? OLLAMA : OPENAI;
    }
}
