package dev.lilla.serve.http;

import java.util.Optional;

/// Told of every request that has ended. Called by many threads at once.
public interface Traffic {
    /// Tells nobody.
    Traffic NONE = new Traffic() {
        @Override
        public void ended(String route, int status, Optional<HttpFailure.Kind> error) {}

        @Override
        public void used(String route, AnswerUsage usage) {}
    };

    /// What `ended` gets for a client that left before its answer was whole.
    int CLIENT_LEFT = 499;

    /// A request was answered.
    ///
    /// @param route path of its route; empty text where there is none
    /// @param status of the reply, or [#CLIENT_LEFT]
    /// @param error what went wrong, if the reply says so
    void ended(String route, int status, Optional<HttpFailure.Kind> error);

    /// A model has worked for a request.
    void used(String route, AnswerUsage usage);
}
