package dev.lilla.serve.keys;

import dev.lilla.serve.http.AnswerUsage;
import dev.lilla.serve.http.ApiKey;
import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.KeyDigest;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/// The keys of a [KeyStore] for a running server: no request waits for the database.
///
/// Keys are read again every second, so that what another process makes or revokes counts here too, and usage is
/// written down as often. Safe for use by several threads.
public final class StoredKeys implements ApiKeys, AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(StoredKeys.class.getName());
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final KeyStore store;
    private final InstantSource clock;
    private final UsageCounts counts = new UsageCounts();
    private final @Nullable ScheduledExecutorService timer;
    private volatile Map<String, Known> known = Map.of();
    /// Whether it was said that the database can't be used; for the timer's thread, and for [#close] after it.
    private boolean hasComplained;

    private StoredKeys(KeyStore store, InstantSource clock, Optional<Duration> pause) {
        this.store = store;
        this.clock = clock;
        refresh();
        this.timer = pause.map(time -> ServerDatabase.every(time, this::refreshOrComplain))
                .orElse(null);
    }

    /// A key that is not revoked.
    ///
    /// @param limit null where its rate has no bound
    private record Known(
            StoredKey stored, ApiKey key, @Nullable RateLimit limit) {}

    /// @param store closed with this
    public static StoredKeys open(KeyStore store) {
        return new StoredKeys(store, InstantSource.system(), Optional.of(PAUSE));
    }

    /// With a clock of its own, and read again only by [#refresh].
    static StoredKeys open(KeyStore store, InstantSource clock) {
        return new StoredKeys(store, clock, Optional.empty());
    }

    @Override
    public boolean isRequired() {
        return true;
    }

    @Override
    public Optional<ApiKey> find(String presented) {
        byte[] digest = KeyDigest.of(presented);
        Optional<ApiKey> found = Optional.empty();
        for (Known candidate : known.values()) {
            if (MessageDigest.isEqual(candidate.stored().digest(), digest)) {
                found = Optional.of(candidate.key());
            }
        }
        return found;
    }

    @Override
    public void admit(ApiKey key) {
        Known found = known.get(key.id());
        if (found == null) {
            return;
        }
        long id = found.stored().id();
        found.stored().terms().tokensPerDay().ifPresent(budget -> requireBudget(id, budget));
        RateLimit limit = found.limit();
        if (limit != null) {
            long nanos = limit.take(nanos());
            if (nanos > 0) {
                throw refused(
                        "this key may make " + limit.perMinute() + " requests a minute",
                        "rate_limit_exceeded",
                        Duration.ofNanos(nanos));
            }
        }
        counts.touch(id);
    }

    private void requireBudget(long key, long budget) {
        Instant now = clock.instant();
        LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
        if (counts.tokens(key, day) >= budget) {
            Instant tomorrow = day.plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
            throw refused(
                    "this key has used up its " + budget + " tokens of today (UTC)",
                    "insufficient_quota",
                    Duration.between(now, tomorrow));
        }
    }

    private static HttpFailure refused(String what, String code, Duration wait) {
        long seconds = Math.max(1, (wait.toNanos() + 999_999_999) / 1_000_000_000);
        return HttpFailure.of(429, HttpFailure.Kind.RATE_LIMIT, what + "; try again in " + seconds + " s")
                .withCode(code)
                .withHeader("Retry-After", Long.toString(seconds));
    }

    @Override
    public void used(ApiKey key, AnswerUsage usage) {
        Known found = known.get(key.id());
        if (found != null) {
            counts.add(found.stored().id(), LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC), usage);
        }
    }

    private long nanos() {
        Instant now = clock.instant();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    /// Says once that the database can't be used, and once that it can again: a log may lie on the same full disk.
    private void refreshOrComplain() {
        try {
            refresh();
            if (hasComplained) {
                LOGGER.log(System.Logger.Level.WARNING, "server.db can be used again, and usage is written down");
                hasComplained = false;
            }
        } catch (RuntimeException e) {
            if (!hasComplained) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "server.db can't be used; keys stay as they are, and usage is kept in memory until it can",
                        e);
                hasComplained = true;
            }
        }
    }

    /// Writes usage down and reads the keys again.
    void refresh() {
        Instant now = clock.instant();
        counts.flush(store, now, LocalDate.ofInstant(now, ZoneOffset.UTC));
        Map<String, Known> read = new HashMap<>();
        for (StoredKey stored : store.list()) {
            if (stored.revoked().isEmpty()) {
                // Unlike the ids of keys that are no keys of this store.
                String id = "stored-" + stored.id();
                read.put(id, new Known(stored, new ApiKey(id, stored.terms().access()), limit(id, stored)));
            }
        }
        known = Map.copyOf(read);
    }

    /// What is left of a rate stays.
    private @Nullable RateLimit limit(String id, StoredKey stored) {
        if (stored.terms().requestsPerMinute().isEmpty()) {
            return null;
        }
        Known before = known.get(id);
        return before != null && before.limit() != null
                ? before.limit()
                : new RateLimit(stored.terms().requestsPerMinute().getAsInt(), nanos());
    }

    /// Writes down what is left to write.
    @Override
    public void close() {
        if (timer != null) {
            timer.close();
        }
        refreshOrComplain();
        store.close();
    }
}
