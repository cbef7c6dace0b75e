package dev.lilla.serve.host;

/// A model has no such adapter.
public final class UnknownAdapterException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnknownAdapterException(String message) {
        super(message);
    }
}
