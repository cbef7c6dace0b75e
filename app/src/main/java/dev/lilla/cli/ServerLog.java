package dev.lilla.cli;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// Warnings and errors of a running server on the console; what libraries have to say beside stays unsaid.
final class ServerLog extends Handler {
    private final Console console;

    private ServerLog(Console console) {
        this.console = console;
        setFormatter(new SimpleFormatter());
        setLevel(Level.WARNING);
    }

    /// Sends all that is logged in this JVM to the console.
    static void open(Console console) {
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        root.setLevel(Level.WARNING);
        root.addHandler(new ServerLog(console));
    }

    @Override
    public void publish(LogRecord record) {
        if (isLoggable(record)) {
            console.err().print(getFormatter().format(record));
        }
    }

    @Override
    public void flush() {
        console.err().flush();
    }

    @Override
    public void close() {}
}
