package dev.lilla.remote;

/// A provider says in the middle of an answer that it failed.
final class StreamFailure extends Exception {
    private static final long serialVersionUID = 1;

    /// @param type of the error as the provider names it
    StreamFailure(String type) {
        super(Refusal.word(type).orElse("error"));
    }
}
