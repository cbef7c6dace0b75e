package dev.lilla.remote;

/// What a provider sent is no answer in its format.
final class MalformedStreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedStreamException(String message) {
        super(message);
    }
}
