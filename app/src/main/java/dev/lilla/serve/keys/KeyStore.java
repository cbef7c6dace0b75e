package dev.lilla.serve.keys;

import dev.lilla.serve.http.Access;
import dev.lilla.serve.http.KeyDigest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// The keys in `server.db`, and what they have used. Safe for use by several threads and processes.
public final class KeyStore implements AutoCloseable {
    /// Tells a key of Lilla from others where one is found lying about.
    private static final String PREFIX = "lilla_";

    private static final int KEY_BYTES = 32;

    private final ServerDatabase database;

    private KeyStore(ServerDatabase database) {
        this.database = database;
    }

    /// Where the keys of a store lie.
    ///
    /// @param home of the store
    public static Path fileIn(Path home) {
        return home.resolve("server.db");
    }

    /// Opens the file, or makes it.
    ///
    /// @throws IllegalArgumentException if it is another kind of file, or one of a newer Lilla
    public static KeyStore open(Path file) {
        return new KeyStore(ServerDatabase.open(file));
    }

    /// Makes a key of 256 random bits.
    ///
    /// @return the key, which nothing can tell again
    /// @throws IllegalArgumentException if there is one of that name
    public String create(KeyTerms terms) {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        database.call(handle -> {
            if (find(handle, terms.name()).isPresent()) {
                throw new IllegalArgumentException("there is a key \"" + terms.name()
                        + "\" already; take another name, or revoke it: lilla keys revoke " + terms.name());
            }
            return handle.createUpdate("INSERT INTO api_key (name, digest, scopes, requests_per_minute, tokens_per_day,"
                            + " created) VALUES (:name, :digest, :scopes, :rate, :budget, :created)")
                    .bind("name", terms.name())
                    .bind("digest", KeyDigest.of(secret))
                    .bind("scopes", scopes(terms.access()))
                    .bind("rate", boxed(terms.requestsPerMinute()))
                    .bind("budget", boxed(terms.tokensPerDay()))
                    .bind("created", Instant.now().toString())
                    .execute();
        });
        return secret;
    }

    /// All keys, the oldest first; revoked ones too.
    public List<StoredKey> list() {
        return database.call(KeyStore::list);
    }

    private static List<StoredKey> list(Handle handle) {
        return handle.createQuery("SELECT * FROM api_key ORDER BY id")
                .map((row, _) -> key(row))
                .list();
    }

    private static Optional<StoredKey> find(Handle handle, String name) {
        return list(handle).stream()
                .filter(key -> key.revoked().isEmpty() && key.terms().name().equals(name))
                .findFirst();
    }

    /// Takes all rights from a key, also in servers that are running.
    ///
    /// @throws IllegalArgumentException if there is none of that name
    public void revoke(String name) {
        database.call(handle -> {
            StoredKey key = find(handle, name)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "there is no key \"" + name + "\"; \"lilla keys\" lists them"));
            return handle.createUpdate("UPDATE api_key SET revoked = :now WHERE id = :id")
                    .bind("now", Instant.now().toString())
                    .bind("id", key.id())
                    .execute();
        });
    }

    /// What all keys have used, the oldest day first.
    public List<DailyUsage> usage() {
        return database.call(handle -> handle.createQuery("SELECT * FROM daily_usage ORDER BY day, api_key, model")
                .map((row, _) -> usage(row))
                .list());
    }

    /// What all keys have used in one day.
    List<DailyUsage> usage(LocalDate day) {
        return database.call(handle -> handle.createQuery("SELECT * FROM daily_usage WHERE day = :day")
                .bind("day", day.toString())
                .map((row, _) -> usage(row))
                .list());
    }

    /// Adds to what keys have used, and says when.
    void add(Collection<DailyUsage> usages, Collection<Long> used, Instant now) {
        database.call(handle -> {
            for (DailyUsage usage : usages) {
                handle.createUpdate("INSERT INTO daily_usage VALUES (:key, :day, :model, :requests, :prompt, :cached,"
                                + " :completion) ON CONFLICT DO UPDATE SET requests = requests + excluded.requests,"
                                + " prompt_tokens = prompt_tokens + excluded.prompt_tokens,"
                                + " cached_tokens = cached_tokens + excluded.cached_tokens,"
                                + " completion_tokens = completion_tokens + excluded.completion_tokens")
                        .bind("key", usage.key())
                        .bind("day", usage.day().toString())
                        .bind("model", usage.model())
                        .bind("requests", usage.requests())
                        .bind("prompt", usage.promptTokens())
                        .bind("cached", usage.cachedTokens())
                        .bind("completion", usage.completionTokens())
                        .execute();
            }
            for (long key : used) {
                handle.createUpdate("UPDATE api_key SET last_used = :now WHERE id = :id")
                        .bind("now", now.toString())
                        .bind("id", key)
                        .execute();
            }
            return true;
        });
    }

    private static StoredKey key(ResultSet row) throws SQLException {
        long rate = row.getLong("requests_per_minute");
        OptionalInt requests = row.wasNull() ? OptionalInt.empty() : OptionalInt.of((int) rate);
        long budget = row.getLong("tokens_per_day");
        OptionalLong tokens = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(budget);
        return new StoredKey(
                row.getLong("id"),
                new KeyTerms(row.getString("name"), access(row.getString("scopes")), requests, tokens),
                row.getBytes("digest"),
                Instant.parse(row.getString("created")),
                Optional.ofNullable(row.getString("last_used")).map(Instant::parse),
                Optional.ofNullable(row.getString("revoked")).map(Instant::parse));
    }

    private static DailyUsage usage(ResultSet row) throws SQLException {
        return new DailyUsage(
                row.getLong("api_key"),
                LocalDate.parse(row.getString("day")),
                row.getString("model"),
                row.getLong("requests"),
                row.getLong("prompt_tokens"),
                row.getLong("cached_tokens"),
                row.getLong("completion_tokens"));
    }

    /// `infer admin`
    private static String scopes(Set<Access> access) {
        return access.stream()
                .sorted()
                .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
    }

    private static Set<Access> access(String scopes) {
        return Arrays.stream(scopes.split(" "))
                .map(scope -> Access.valueOf(scope.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
    }

    private static @Nullable Integer boxed(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static @Nullable Long boxed(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }

    @Override
    public void close() {
        database.close();
    }
}
