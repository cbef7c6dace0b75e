package dev.lilla.serve.keys;

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
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// One SQLite file and the one thread of this process that uses it: SQLite's native code would hold the carriers of
/// virtual threads. Other processes may use the file at the same time. Safe for use by several threads.
final class ServerDatabase implements AutoCloseable {
    private static final int BUSY_MILLIS = 20_000;

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
        prepare(file);
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.enforceForeignKeys(true);
        // A transaction that reads before it writes would fail at the write if another process wrote between.
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        try {
            Flyway.configure(ServerDatabase.class.getClassLoader())
                    .dataSource(source)
                    .loggers("slf4j")
                    .locations("classpath:dev/lilla/serve/keys")
                    .load()
                    .migrate();
            Handle handle = Jdbi.open(source.getConnection());
            return new ServerDatabase(
                    Executors.newSingleThreadScheduledExecutor(
                            Thread.ofPlatform().name("lilla-server-db").daemon().factory()),
                    handle);
        } catch (FlywayException | SQLException e) {
            throw new IllegalArgumentException(
                    file + ": this version of Lilla can't read it: " + e.getMessage()
                            + ". Move it away to begin anew; keys have to be made again then",
                    e);
        }
    }

    /// Makes the folders, and the file so that others can't read it.
    private static void prepare(Path file) {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a folder");
        try {
            // SQLite unpacks its library; the system's folder for temporary files may forbid to run what lies there.
            Path unpacked = Files.createDirectories(folder.resolve(".native"));
            if (System.getProperty("org.sqlite.tmpdir") == null) {
                System.setProperty("org.sqlite.tmpdir", unpacked.toString());
            }
            boolean isPosix =
                    FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] attributes = isPosix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];
            Files.createFile(file, attributes);
        } catch (FileAlreadyExistsException e) {
            // Made before.
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be made: " + e.getMessage(), e);
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
