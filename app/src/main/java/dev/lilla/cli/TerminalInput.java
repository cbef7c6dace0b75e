package dev.lilla.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// Messages that are typed: a line editor with a history that outlives the program.
///
/// Ctrl-C empties the line, or ends an answer; Ctrl-D ends the chat.
final class TerminalInput implements ChatInput {
    private static final int HISTORY_LINES = 1000;

    private final Terminal terminal;
    private final LineReader reader;
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final Console console;

    TerminalInput(Console console, Path home) throws IOException {
        this.console = console;
        this.terminal = TerminalBuilder.builder().system(true).build();
        terminal.handle(Terminal.Signal.INT, _ -> interrupted.set(true));
        Files.createDirectories(home);
        this.reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("lilla")
                .completer(new StringsCompleter(ChatSession.COMMANDS))
                .variable(LineReader.HISTORY_FILE, home.resolve("chat-history"))
                .variable(LineReader.HISTORY_SIZE, HISTORY_LINES)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
    }

    @Override
    public Optional<String> next() throws IOException {
        while (true) {
            try {
                Optional<String> message =
                        MessageLines.read(continues -> Optional.of(reader.readLine(prompt(continues))));
                interrupted.set(false);
                return message;
            } catch (UserInterruptException e) {
                console.err().println("(Ctrl-D or /exit ends the chat)");
            } catch (EndOfFileException e) {
                return Optional.empty();
            }
        }
    }

    private String prompt(MessageLines.Continuation continues) {
        return switch (continues) {
            case FIRST -> console.styled("@|bold >>>|@ ");
            case FURTHER -> console.styled("@|bold ...|@ ");
        };
    }

    @Override
    public BooleanSupplier interrupted() {
        return interrupted::get;
    }

    @Override
    public void close() throws IOException {
        reader.getHistory().save();
        terminal.close();
    }
}
