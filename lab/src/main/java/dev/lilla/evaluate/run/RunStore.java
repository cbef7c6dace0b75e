package dev.lilla.evaluate.run;

import dev.lilla.database.SqliteFile;
import dev.lilla.evaluate.task.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.Handle;
import tools.jackson.databind.json.JsonMapper;

/// Everything that was ever measured, in one SQLite file: runs go on after a kill, and nothing is evaluated twice.
///
/// Not safe for use by several threads; another process waits while this one writes.
public final class RunStore implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final Path file;
    private final Handle handle;

    private RunStore(Path file, Handle handle) {
        this.file = file;
        this.handle = handle;
    }

    /// A run in the store.
    ///
    /// @param answers that are there already, by the index of their example
    public record Run(long id, Map<Integer, Outcome> answers, Resources resources) {
        public Run {
            answers = Map.copyOf(answers);
        }
    }

    /// A score to keep.
    public record StoredScore(String metric, double value, double low, double high, String method, int examples) {}

    /// Opens the file, or makes it.
    ///
    /// @throws IllegalArgumentException if it is no such file, or one of a newer Lilla
    public static RunStore open(Path file) {
        try {
            return new RunStore(file, SqliteFile.open(file, SqliteFile.config(), "dev/lilla/evaluate/run"));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": its folder cannot be made: " + e.getMessage(), e);
        } catch (FlywayException | SQLException e) {
            throw new IllegalArgumentException(
                    file + ": is no store of runs that this version reads: " + e.getMessage()
                            + ". Move it away, or name another with --runs.",
                    e);
        }
    }

    /// The run of a model under a protocol: the one that was begun before, or a new one.
    public Run run(String model, String digest, Protocol protocol) {
        return handle.inTransaction(_ -> {
            handle.createUpdate("INSERT OR IGNORE INTO run (model, model_digest, task, protocol, facts, started)"
                            + " VALUES (:model, :digest, :task, :protocol, :facts, :started)")
                    .bind("model", model)
                    .bind("digest", digest)
                    .bind("task", protocol.task())
                    .bind("protocol", protocol.hash())
                    .bind("facts", MAPPER.writeValueAsString(protocol.facts()))
                    .bind("started", Instant.now().toString())
                    .execute();
            long id = handle.createQuery("SELECT id FROM run WHERE model_digest = :digest AND protocol = :protocol")
                    .bind("digest", digest)
                    .bind("protocol", protocol.hash())
                    .mapTo(Long.class)
                    .one();
            return new Run(id, answers(id), resources(id));
        });
    }

    private Map<Integer, Outcome> answers(long run) {
        Map<Integer, Outcome> answers = new HashMap<>();
        handle.createQuery("SELECT example, outcome FROM answer WHERE run = :run")
                .bind("run", run)
                .map((row, _) ->
                        Map.entry(row.getInt("example"), MAPPER.readValue(row.getString("outcome"), Outcome.class)))
                .forEach(entry -> answers.put(entry.getKey(), entry.getValue()));
        return answers;
    }

    private Resources resources(long run) {
        return handle.createQuery("SELECT wall_nanos, cpu_nanos, peak_bytes, joules FROM run WHERE id = :run")
                .bind("run", run)
                .map((row, _) -> {
                    long peak = row.getLong("peak_bytes");
                    OptionalLong peakBytes = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(peak);
                    double joules = row.getDouble("joules");
                    OptionalDouble energy = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(joules);
                    return new Resources(row.getLong("wall_nanos"), row.getLong("cpu_nanos"), peakBytes, energy);
                })
                .one();
    }

    /// Keeps an answer, and what the run has used so far.
    public void keep(long run, int example, String name, Outcome outcome, Resources resources) {
        handle.useTransaction(_ -> {
            handle.createUpdate("INSERT OR REPLACE INTO answer (run, example, name, outcome)"
                            + " VALUES (:run, :example, :name, :outcome)")
                    .bind("run", run)
                    .bind("example", example)
                    .bind("name", name)
                    .bind("outcome", MAPPER.writeValueAsString(outcome))
                    .execute();
            handle.createUpdate("UPDATE run SET wall_nanos = :wall, cpu_nanos = :cpu, peak_bytes = :peak,"
                            + " joules = :joules WHERE id = :run")
                    .bind("run", run)
                    .bind("wall", resources.wallNanos())
                    .bind("cpu", resources.cpuNanos())
                    .bind(
                            "peak",
                            resources.peakBytes().isPresent()
                                    ? resources.peakBytes().getAsLong()
                                    : null)
                    .bind(
                            "joules",
                            resources.joules().isPresent() ? resources.joules().getAsDouble() : null)
                    .execute();
        });
    }

    /// Keeps the scores of a run that is done, in place of those before.
    public void keep(long run, List<StoredScore> scores) {
        handle.useTransaction(_ -> {
            handle.createUpdate("DELETE FROM score WHERE run = :run")
                    .bind("run", run)
                    .execute();
            for (StoredScore score : scores) {
                handle.createUpdate("INSERT INTO score (run, metric, value, low, high, method, examples)"
                                + " VALUES (:run, :metric, :value, :low, :high, :method, :examples)")
                        .bind("run", run)
                        .bind("metric", score.metric())
                        .bind("value", score.value())
                        .bind("low", score.low())
                        .bind("high", score.high())
                        .bind("method", score.method())
                        .bind("examples", score.examples())
                        .execute();
            }
        });
    }

    /// What a model was found to take in a process of its own.
    ///
    /// @param digest of the model
    /// @param trial digest of the work that it did, see [MemoryTrial#digest]
    public OptionalLong ownMemory(String digest, String trial) {
        return handle.createQuery("SELECT peak_bytes FROM memory WHERE model_digest = :digest AND trial = :trial")
                .bind("digest", digest)
                .bind("trial", trial)
                .mapTo(Long.class)
                .findOne()
                .map(OptionalLong::of)
                .orElseGet(OptionalLong::empty);
    }

    /// Keeps what a model took in a process of its own.
    public void keepOwnMemory(String digest, String trial, long peakBytes) {
        handle.createUpdate("INSERT OR REPLACE INTO memory (model_digest, trial, peak_bytes, measured)"
                        + " VALUES (:digest, :trial, :peak, :measured)")
                .bind("digest", digest)
                .bind("trial", trial)
                .bind("peak", peakBytes)
                .bind("measured", Instant.now().toString())
                .execute();
    }

    public Path file() {
        return file;
    }

    @Override
    public void close() {
        handle.close();
    }
}
