package dev.lilla.format;

/// A model file is broken: its bytes contradict the format or themselves.
///
/// The message names the file, the place in it, what was found and what was expected.
public final class ModelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelFormatException(String message) {
        super(message);
    }

    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
