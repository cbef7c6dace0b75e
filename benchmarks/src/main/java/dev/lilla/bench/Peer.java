package dev.lilla.bench;

import dev.lilla.evaluate.SpeedCase;
import java.util.OptionalDouble;

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

    /// Writes several texts side by side, or one at a depth.
    ///
    /// @return seconds; empty for an engine that is not asked for that here
    default OptionalDouble sideBySide(SpeedCase work) {
        return OptionalDouble.empty();
    }

    @Override
    void close();
}
