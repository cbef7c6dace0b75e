package dev.lilla.generate;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/// Texts that wait for a place in the cache, and whose turn it is: that of the tenant who was served least.
///
/// Service is counted in tokens (a token read costs 1, one written 2, as it goes through the model once more and one
/// at a time). A tenant who comes back after a pause starts no lower than those who were busy meanwhile, so that nobody
/// saves up turns (Sheng et al., virtual token counter, arXiv 2401.00588). Within a tenant the higher priority comes
/// first, then the earlier request. Not safe for use by several threads.
final class FairQueue {
    private static final Comparator<ServedText> ORDER = Comparator.<ServedText>comparingInt(
                    text -> -text.request().priority())
            .thenComparingLong(text -> text.arrival().number())
            .thenComparingInt(ServedText::choice);

    private final Map<String, Tenant> tenants = new HashMap<>();

    private static final class Tenant {
        private final TreeSet<ServedText> waiting = new TreeSet<>(ORDER);
        private long service;
        private int texts;
    }

    /// Adds a text that has just come.
    void enter(ServedText text) {
        long least = leastService().orElse(0);
        Tenant tenant = tenants.computeIfAbsent(text.request().tenant(), _ -> new Tenant());
        if (tenant.texts == 0) {
            tenant.service = Math.max(tenant.service, least);
        }
        tenant.texts++;
        tenant.waiting.add(text);
    }

    /// Adds a text that has lost its place.
    void await(ServedText text) {
        tenant(text).waiting.add(text);
    }

    /// Takes a text out that has got a place.
    void start(ServedText text) {
        tenant(text).waiting.remove(text);
    }

    /// Takes a text out that has ended, waiting or not.
    void leave(ServedText text) {
        Tenant tenant = tenant(text);
        tenant.waiting.remove(text);
        tenant.texts--;
        // An idle tenant is worth remembering only while it has had more than its share.
        long least = leastService().orElse(Long.MAX_VALUE);
        tenants.values().removeIf(other -> other.texts == 0 && other.service <= least);
    }

    /// Counts what a text has cost.
    void charge(ServedText text, int tokens) {
        tenant(text).service += tokens;
    }

    /// The text whose turn it is, if any could make use of a place.
    Optional<ServedText> first() {
        return tenants.values().stream()
                .flatMap(tenant -> tenant.waiting.stream().filter(ServedText::isReady).findFirst().stream())
                .min(byTurn());
    }

    /// Whose turn is earlier.
    Comparator<ServedText> byTurn() {
        return Comparator.<ServedText>comparingLong(text -> tenant(text).service)
                .thenComparing(ORDER);
    }

    /// All that wait, in no order.
    Iterable<ServedText> waiting() {
        return tenants.values().stream()
                .flatMap(tenant -> tenant.waiting.stream())
                .toList();
    }

    int waitingCount() {
        return tenants.values().stream()
                .mapToInt(tenant -> tenant.waiting.size())
                .sum();
    }

    /// Tenants that are remembered.
    int tenantCount() {
        return tenants.size();
    }

    /// The least service of those who have texts here.
    private OptionalLong leastService() {
        return tenants.values().stream()
                .filter(tenant -> tenant.texts > 0)
                .mapToLong(tenant -> tenant.service)
                .min();
    }

    private Tenant tenant(ServedText text) {
        Tenant tenant = tenants.get(text.request().tenant());
        if (tenant == null) {
            throw new IllegalStateException("tenant " + text.request().tenant() + " has no text here");
        }
        return tenant;
    }
}
