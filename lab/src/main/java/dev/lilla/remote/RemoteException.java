package dev.lilla.remote;

/// A model elsewhere could not be asked, or its answer could not be read. Messages hold neither keys nor texts of
/// requests and answers.
public final class RemoteException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RemoteException(String message) {
        super(message);
    }

    RemoteException(String message, Throwable cause) {
        super(message, cause);
    }
}
