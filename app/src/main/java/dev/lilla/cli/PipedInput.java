package dev.lilla.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Messages that are piped in.
final class PipedInput implements ChatInput {
    private final BufferedReader reader;

    PipedInput(Console console) {
        this.reader = console.reader();
    }

    @Override
    public Optional<String> next() throws IOException {
        return MessageLines.read(_ -> Optional.ofNullable(reader.readLine()));
    }

    @Override
    public BooleanSupplier interrupted() {
        return () -> false;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
