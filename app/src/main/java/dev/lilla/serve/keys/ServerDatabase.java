package dev.lilla.serve.keys;

import dev.lilla.database.SqliteFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.sqlite.SQLiteConfig;

/// One SQLite file and the one thread of this process that uses it: SQLite's native code would hold the carriers of
/// virtual threads. Other processes may use the file at the same time. Safe for use by several threads.
final class ServerDatabase implements AutoCloseable {
    private final ScheduledExecutorService thread;
    private final Handle handle;

    private ServerDatabase(ScheduledExecutorService thread, Handle handle) {
        this.thread = thread;
        this.handle = handle;
    }

    /// Opens the file, or makes it, and brings its tables up to date.
    ///
    /// @throws IllegalArgumentException if it is another kind of file, or one of a newer Lilla
    static ServerDatabase open(Path file) {
        SQLiteConfig config = SqliteFile.config();
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        // A transaction that reads before it writes would fail at the write if another process wrote between.
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        try {
            make(file);
            Handle handle = SqliteFile.open(file, config, "dev/lilla/serve/keys");
            return new ServerDatabase(
                    Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().name("lilla-server-db").daemon().factory()),
                    handle);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be made: " + e.getMessage(), e);
        } catch (FlywayException | SQLException e) {
            throw new IllegalArgumentException(
                    file + ": this version of Lilla can't read it: " + e.getMessage()
                            + ". Move it away to begin anew; keys have to be made again then",
                    e);
        }
    }

    /// Makes the folders, and the file so that others can't read it.
    private static void make(Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder"));
        boolean isPosix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = isPosix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Files.createFile(file, attributes);
        } catch (FileAlreadyExistsException e) {
            // Made before.
        }
    }

    /// Works with the database and waits for the result.
    <T> T call(Function<Handle, T> work) {
        try {
            return thread.submit(() -> handle.inTransaction(work::apply)).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the database worked", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        }
    }

    /// Does something again and again, on another thread than the database's.
    static ScheduledExecutorService every(Duration pause, Runnable work) {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("lilla-key-usage").daemon().factory());
        ScheduledFuture<?> _ =
                timer.scheduleWithFixedDelay(work, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        return timer;
    }

    @Override
    public void close() {
        thread.close();
        handle.close();
    }
}
