package dev.lilla.cli;

import java.io.IOException;
import java.util.Optional;

/// Puts lines together to messages: `"""` begins and ends one of several lines, a backslash at the end of a line
/// continues it.
final class MessageLines {
    private static final String QUOTES = "\"\"\"";

    private MessageLines() {}

    /// Where lines come from.
    interface Source {
        /// @param continues whether the line goes on with a message
        /// @return empty at the end
        Optional<String> line(Continuation continues) throws IOException;
    }

    /// Whether a line begins a message.
    enum Continuation {
        FIRST,
        FURTHER
    }

    static Optional<String> read(Source source) throws IOException {
        Optional<String> first = source.line(Continuation.FIRST);
        if (first.isEmpty()) {
            return first;
        }
        return Optional.of(
                first.get().stripLeading().startsWith(QUOTES)
                        ? quoted(first.get().stripLeading().substring(QUOTES.length()), source)
                        : continued(first.get(), source));
    }

    private static String quoted(String begin, Source source) throws IOException {
        StringBuilder message = new StringBuilder();
        String line = begin;
        while (!line.stripTrailing().endsWith(QUOTES)) {
            message.append(line).append('\n');
            Optional<String> next = source.line(Continuation.FURTHER);
            if (next.isEmpty()) {
                return message.toString().strip();
            }
            line = next.get();
        }
        String last = line.stripTrailing();
        return message.append(last, 0, last.length() - QUOTES.length())
                .toString()
                .strip();
    }

    private static String continued(String begin, Source source) throws IOException {
        StringBuilder message = new StringBuilder();
        String line = begin;
        while (line.endsWith("\\")) {
            message.append(line, 0, line.length() - 1).append('\n');
            Optional<String> next = source.line(Continuation.FURTHER);
            if (next.isEmpty()) {
                return message.toString().strip();
            }
            line = next.get();
        }
        return message.append(line).toString().strip();
    }
}
