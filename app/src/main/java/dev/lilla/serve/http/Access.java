package dev.lilla.serve.http;

/// Who may use a route.
public enum Access {
    /// Everybody, also without a key.
    PUBLIC,
    /// Whoever may ask models.
    INFER,
    /// Whoever may change what the server holds.
    ADMIN
}
