package dev.lilla.serve.host;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A model can't be used now: it is being loaded, there is no room for it, or its files can't be read.
public final class ModelUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    ModelUnavailableException(String message, Duration retryAfter, @Nullable Throwable cause) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    /// When it is worth to ask again.
    public Duration retryAfter() {
        return retryAfter;
    }
}
