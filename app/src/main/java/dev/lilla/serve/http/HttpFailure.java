package dev.lilla.serve.http;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A request that is answered with an error: the status, and what the body says in whichever shape the route has.
///
/// It tells clients what they did, so it has no stack trace: under a flood of requests that would be most of its cost.
public final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final Kind kind;
    private final @Nullable String param;
    private final @Nullable String code;
    private final transient Map<String, String> headers;

    /// What kind of error it is, by the names that OpenAI's clients know.
    public enum Kind {
        INVALID_REQUEST("invalid_request_error"),
        AUTHENTICATION("authentication_error"),
        PERMISSION("permission_error"),
        NOT_FOUND("not_found_error"),
        RATE_LIMIT("rate_limit_error"),
        SERVER("server_error"),
        UNAVAILABLE("unavailable_error");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    private HttpFailure(
            int status,
            Kind kind,
            String message,
            @Nullable String param,
            @Nullable String code,
            Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.kind = kind;
        this.param = param;
        this.code = code;
        this.headers = Map.copyOf(headers);
    }

    /// An error of this status and kind.
    public static HttpFailure of(int status, Kind kind, String message) {
        return new HttpFailure(status, kind, message, null, null, Map.of());
    }

    /// 400: the request itself is wrong.
    ///
    /// @param param the field at fault, such as `messages[1].content`
    public static HttpFailure invalid(String param, String message) {
        return of(400, Kind.INVALID_REQUEST, message).withParam(param);
    }

    public HttpFailure withParam(String value) {
        return new HttpFailure(status, kind, message(), value, code, headers);
    }

    public HttpFailure withCode(String value) {
        return new HttpFailure(status, kind, message(), param, value, headers);
    }

    /// With one header more, and no others.
    public HttpFailure withHeader(String name, String value) {
        return new HttpFailure(status, kind, message(), param, code, Map.of(name, value));
    }

    public int status() {
        return status;
    }

    public Kind kind() {
        return kind;
    }

    public Optional<String> param() {
        return Optional.ofNullable(param);
    }

    public Optional<String> code() {
        return Optional.ofNullable(code);
    }

    Map<String, String> headers() {
        return headers;
    }

    public String message() {
        return String.valueOf(getMessage());
    }
}
