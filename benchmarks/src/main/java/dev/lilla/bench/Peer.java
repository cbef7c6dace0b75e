package dev.lilla.bench;

/// An engine under measurement, with a model loaded.
interface Peer extends AutoCloseable {
    /// Reads a prompt of `tokens` tokens into an empty cache.
    ///
    /// @return seconds
    double prefill(int tokens);

    /// Writes `tokens` tokens, one at a time, after a prompt of a few.
    ///
    /// @return seconds for the tokens after the first
    double decode(int tokens);

    @Override
    void close();
}
