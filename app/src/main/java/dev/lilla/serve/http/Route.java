package dev.lilla.serve.http;

import java.util.Optional;

/// Which requests an endpoint answers.
///
/// @param method `GET`, `POST`, …
/// @param path literal, or ending in one parameter that takes all the rest: `/v1/models/{id}`
/// @param access who may use it
/// @param errors how its errors are worded
public record Route(String method, String path, Access access, ErrorShape errors, Endpoint endpoint) {
    /// A route that answers those who may ask models, with errors as OpenAI words them.
    public static Route openAi(String method, String path, Endpoint endpoint) {
        return new Route(method, path, Access.INFER, ErrorShape.OPENAI, endpoint);
    }

    /// The same with errors as Ollama words them.
    public static Route ollama(String method, String path, Endpoint endpoint) {
        return new Route(method, path, Access.INFER, ErrorShape.OLLAMA, endpoint);
    }

    public Route withAccess(Access value) {
        return new Route(method, path, value, errors, endpoint);
    }

    /// Whether it makes models work, and so counts for the rates and budgets of keys.
    boolean isWork() {
        return access == Access.INFER && method.equals("POST");
    }

    /// What the path's parameter is in `requested`; empty text for a literal path.
    ///
    /// @return empty if the path is another
    Optional<String> match(String requested) {
        int brace = path.indexOf('{');
        if (brace < 0) {
            return path.equals(requested) ? Optional.of("") : Optional.empty();
        }
        String before = path.substring(0, brace);
        return requested.startsWith(before) && requested.length() > before.length()
                ? Optional.of(requested.substring(before.length()))
                : Optional.empty();
    }
}
