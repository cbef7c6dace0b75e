package dev.lilla.generate;

import dev.lilla.kernel.CapacityException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where texts of many threads come in for the one that makes the steps, and how many may wait. Safe for use by several
/// threads.
final class Inbox {
    private final SchedulerOptions options;
    private final Map<String, Integer> queuedByTenant = new HashMap<>();
    private List<ServedText> arrived = new ArrayList<>();
    private int queued;
    private boolean closed;

    Inbox(SchedulerOptions options) {
        this.options = options;
    }

    /// Takes the texts of a request in, or none of them.
    ///
    /// @throws CapacityException if too many wait
    /// @throws IllegalStateException if nothing is taken in any more
    synchronized void add(List<ServedText> texts) {
        if (closed) {
            throw new IllegalStateException("the scheduler is closed");
        }
        String tenant = texts.getFirst().request().tenant();
        requirePlaces(texts.size(), tenant);
        queued += texts.size();
        queuedByTenant.merge(tenant, texts.size(), Integer::sum);
        arrived.addAll(texts);
    }

    /// Refuses texts that [#add] would refuse now.
    ///
    /// @throws CapacityException if too many wait
    synchronized void requirePlaces(int texts, String tenant) {
        if (queued + texts > options.queuedMax()) {
            throw new CapacityException(queued + " texts wait, and " + texts + " more would exceed the "
                    + options.queuedMax() + " that may. Try again later.");
        }
        int ofTenant = queuedByTenant.getOrDefault(tenant, 0);
        if (ofTenant + texts > options.queuedPerTenantMax()) {
            throw new CapacityException(ofTenant + " texts of " + tenant + " wait, and " + texts
                    + " more would exceed the " + options.queuedPerTenantMax() + " that may. Try again later.");
        }
    }

    /// The texts that came since the last call.
    synchronized List<ServedText> take() {
        if (arrived.isEmpty()) {
            return List.of();
        }
        List<ServedText> taken = arrived;
        arrived = new ArrayList<>();
        return taken;
    }

    /// Takes note that a text waits no more for its first place; later calls for it change nothing.
    synchronized void settle(ServedText text) {
        if (!text.leaveQueue()) {
            return;
        }
        queued--;
        queuedByTenant.computeIfPresent(text.request().tenant(), (_, count) -> count == 1 ? null : count - 1);
    }

    /// Takes nothing in from now on.
    synchronized void close() {
        closed = true;
    }
}
