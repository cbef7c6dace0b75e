package dev.lilla.cli;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Where the user's side of a chat comes from: a line editor, or lines that are piped in.
interface ChatInput extends AutoCloseable {
    /// The next message; several lines where it began with `"""` or lines ended with a backslash.
    ///
    /// @return empty at the end
    Optional<String> next() throws IOException;

    /// Whether the user wants the answer that is being made to end; asked often. Forgotten with the next message.
    BooleanSupplier interrupted();

    @Override
    void close() throws IOException;
}
