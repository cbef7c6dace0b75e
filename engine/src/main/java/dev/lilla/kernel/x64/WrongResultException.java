package dev.lilla.kernel.x64;

/// Machine code computes something else than it should on this processor.
public final class WrongResultException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public WrongResultException(String message) {
        super(message);
    }
}
