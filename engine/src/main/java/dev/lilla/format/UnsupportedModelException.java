package dev.lilla.format;

/// A model file is well formed, but asks for something Lilla cannot do yet.
///
/// The message names what is not supported, what is, and what to do instead.
public final class UnsupportedModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }
}
