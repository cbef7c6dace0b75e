package dev.lilla.grammar;

/// A grammar cannot be used as it is: its source is wrong or beyond what is supported, it needs more than the limits
/// allow, or a vocabulary cannot write what it asks for. The message says where.
public final class GrammarException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public GrammarException(String message) {
        super(message);
    }

    public GrammarException(String message, Throwable cause) {
        super(message, cause);
    }
}
