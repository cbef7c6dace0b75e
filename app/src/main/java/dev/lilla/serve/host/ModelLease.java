package dev.lilla.serve.host;

/// A model that stays in memory until this is closed.
///
/// @param end what to do then
public record ModelLease(HostedModel model, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
        end.run();
    }
}
