package dev.lilla.hub;

/// The hub, or something between it and us, does not give what was asked for, or gives what cannot be trusted.
///
/// The message says which file or address, and what to do.
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HubException(String message) {
        super(message);
    }

    public HubException(String message, Throwable cause) {
        super(message, cause);
    }
}
