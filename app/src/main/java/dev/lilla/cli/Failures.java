package dev.lilla.cli;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.hub.HubException;
import dev.lilla.kernel.CapacityException;
import dev.lilla.kernel.FileChangedException;
import dev.lilla.remote.RemoteException;
import dev.lilla.template.TemplateException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/// Turns what went wrong into one message, in one place.
final class Failures {
    private final Console console;
    private final boolean debug;

    Failures(Console console, boolean debug) {
        this.console = console;
        this.debug =
                debug || !console.environment().getOrDefault("LILLA_DEBUG", "").isEmpty();
    }

    /// Says what went wrong.
    ///
    /// @return the exit status
    int report(Throwable failure) {
        if (failure instanceof InterruptedException) {
            console.warn("interrupted");
            return Lilla.INTERRUPTED;
        }
        console.err().println(console.styled("@|bold,red lilla:|@ ") + message(failure));
        if (debug) {
            failure.printStackTrace(console.err());
        }
        return Lilla.FAILED;
    }

    private String message(Throwable failure) {
        return switch (failure) {
            case ModelFormatException e -> text(e);
            case UnsupportedModelException e -> text(e);
            case CapacityException e -> text(e);
            case FileChangedException e -> text(e);
            case HubException e -> text(e);
            case TemplateException e -> text(e);
            case RemoteException e -> text(e);
            case IllegalArgumentException e -> text(e);
            case UncheckedIOException e ->
                message(Objects.requireNonNull(e.getCause(), "an UncheckedIOException has a cause"));
            case NoSuchFileException e -> "there is no file " + e.getFile();
            case AccessDeniedException e -> e.getFile() + ": no permission";
            case FileAlreadyExistsException e -> e.getFile() + " exists already";
            case IOException e -> "reading or writing failed: " + text(e);
            case OutOfMemoryError e ->
                "out of memory (" + text(e) + "). The Java heap has "
                        + Units.bytes(Runtime.getRuntime().maxMemory())
                        + "; give it more with LILLA_JAVA_OPTS=-Xmx8g, or use a smaller --context";
            case Throwable e -> internal(e);
        };
    }

    private String internal(Throwable failure) {
        return "internal error, a fault of Lilla and not yours: " + failure
                + (debug ? "" : ". Run it again with LILLA_DEBUG=1 for details")
                + " and report it with the command you gave";
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
