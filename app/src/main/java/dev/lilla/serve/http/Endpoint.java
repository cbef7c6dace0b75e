package dev.lilla.serve.http;

/// What answers a route.
@FunctionalInterface
public interface Endpoint {
    /// Answers a request, on a virtual thread of its own.
    ///
    /// @throws HttpFailure to answer with an error
    /// @throws InterruptedException if the server stops
    void handle(Exchange exchange) throws InterruptedException;
}
