package dev.lilla.serve.keys;

import dev.lilla.serve.http.AnswerUsage;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What keys have used: as the database has it, and what is not there yet. Safe for use by several threads.
final class UsageCounts {
    private record Place(long key, LocalDate day, String model) {}

    private LocalDate storedDay = LocalDate.EPOCH;
    private Map<Long, Long> stored = Map.of();
    private Map<Place, DailyUsage> pending = new HashMap<>();
    private Map<Place, DailyUsage> flushing = new HashMap<>();
    private Set<Long> touched = new HashSet<>();

    /// A request of a key was let in.
    synchronized void touch(long key) {
        touched.add(key);
    }

    synchronized void add(long key, LocalDate day, AnswerUsage usage) {
        DailyUsage one = new DailyUsage(
                key, day, usage.model(), 1, usage.promptTokens(), usage.cachedTokens(), usage.completionTokens());
        pending.merge(new Place(key, day, usage.model()), one, DailyUsage::plus);
    }

    /// Tokens that a key has used in a day, written down or not.
    synchronized long tokens(long key, LocalDate day) {
        long tokens = day.equals(storedDay) ? stored.getOrDefault(key, 0L) : 0;
        return tokens + tokens(pending.values(), key, day) + tokens(flushing.values(), key, day);
    }

    private static long tokens(Collection<DailyUsage> usages, long key, LocalDate day) {
        return usages.stream()
                .filter(usage -> usage.key() == key && usage.day().equals(day))
                .mapToLong(DailyUsage::tokens)
                .sum();
    }

    /// Writes down what is not in the database yet. Called by one thread at a time.
    ///
    /// @param now whose day is the one that budgets are about
    void flush(KeyStore store, Instant now, LocalDate day) {
        Set<Long> keys;
        synchronized (this) {
            flushing = pending;
            pending = new HashMap<>();
            keys = touched;
            touched = new HashSet<>();
        }
        try {
            if (!flushing.isEmpty() || !keys.isEmpty()) {
                store.add(List.copyOf(flushing.values()), keys, now);
            }
        } catch (RuntimeException e) {
            synchronized (this) {
                flushing.forEach((place, usage) -> pending.merge(place, usage, DailyUsage::plus));
                flushing = new HashMap<>();
                touched.addAll(keys);
            }
            throw e;
        }
        Map<Long, Long> tokens = new HashMap<>();
        store.usage(day).forEach(usage -> tokens.merge(usage.key(), usage.tokens(), Long::sum));
        synchronized (this) {
            stored = tokens;
            storedDay = day;
            flushing = new HashMap<>();
        }
    }
}
