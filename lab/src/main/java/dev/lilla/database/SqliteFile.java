package dev.lilla.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// How Lilla opens SQLite files: readers do not wait for writers, writers wait for each other, also those of other
/// processes.
public final class SqliteFile {
    private static final int BUSY_MILLIS = 20_000;

    private SqliteFile() {}

    /// Settings that all files share; add to them before [#open].
    public static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(BUSY_MILLIS);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.enforceForeignKeys(true);
        return config;
    }

    /// Opens the file, or makes it with its folders, and brings its tables up to date.
    ///
    /// @param migrations the folder of the class path that holds them
    /// @throws IOException if its folder cannot be made
    /// @throws SQLException if it cannot be opened
    /// @throws org.flywaydb.core.api.FlywayException if it is another kind of file, or one of a newer Lilla
    public static Handle open(Path file, SQLiteConfig config, String migrations) throws IOException, SQLException {
        // SQLite unpacks its library; the system's folder for temporary files may forbid to run what lies there.
        Path unpacked = Files.createDirectories(file.toAbsolutePath().resolveSibling(".native"));
        if (System.getProperty("org.sqlite.tmpdir") == null) {
            System.setProperty("org.sqlite.tmpdir", unpacked.toString());
        }
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        Flyway.configure(SqliteFile.class.getClassLoader())
                .dataSource(source)
                .loggers("slf4j")
                .locations("classpath:" + migrations)
                .load()
                .migrate();
        return Jdbi.open(source.getConnection());
    }
}
