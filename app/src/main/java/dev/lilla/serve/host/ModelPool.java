package dev.lilla.serve.host;

import dev.lilla.kernel.CapacityException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Models that are loaded when they are asked for, within a budget of memory. A model that requests use stays; where
/// room is needed, the one goes that has been idle the longest.
///
/// One thread loads and frees, so that the budget is spent once. Safe for use by several threads.
public final class ModelPool implements ModelHost {
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final long EXPIRY_MILLIS = 1_000;

    private final Supplier<List<ModelSource>> sources;
    private final PoolOptions options;
    private final LongSupplier clock;
    private final ScheduledExecutorService loader = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("lilla-loader").daemon().factory());
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /// What is in memory or on its way there, by name; guarded by the lock, as are its places.
    private final Map<String, Place> places = new LinkedHashMap<>();
    private boolean isClosed;

    /// @param sources asked each time, as models come and go
    public ModelPool(Supplier<List<ModelSource>> sources, PoolOptions options) {
        this(sources, options, System::nanoTime);
        ScheduledFuture<?> _ =
                loader.scheduleWithFixedDelay(this::expire, EXPIRY_MILLIS, EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /// With a clock of its own; nothing expires by itself.
    ModelPool(Supplier<List<ModelSource>> sources, PoolOptions options, LongSupplier clock) {
        this.sources = sources;
        this.options = options;
        this.clock = clock;
    }

    private static final class Place {
        private final ModelSource source;
        private Duration keepAlive;
        private @Nullable HostedModel model;
        private @Nullable Throwable failure;
        private int users;
        private long lastUsed;

        Place(ModelSource source, Duration keepAlive) {
            this.source = source;
            this.keepAlive = keepAlive;
        }

        boolean isIdle() {
            return model != null && users == 0 && !source.isPinned();
        }
    }

    @Override
    public List<ModelEntry> entries() {
        return sources.get().stream().map(ModelSource::entry).toList();
    }

    @Override
    public Optional<ModelEntry> standard() {
        List<ModelSource> all = sources.get();
        List<ModelSource> pinned = all.stream().filter(ModelSource::isPinned).toList();
        List<ModelSource> choice = pinned.isEmpty() ? all : pinned;
        return choice.size() == 1 ? Optional.of(choice.getFirst().entry()) : Optional.empty();
    }

    @Override
    public ModelLease lease(ModelEntry entry, AdapterChoice choice) throws InterruptedException {
        return lease(entry, choice, options.loadWait());
    }

    private ModelLease lease(ModelEntry entry, AdapterChoice choice, Duration wait) throws InterruptedException {
        Place place = enter(entry.name());
        boolean isLeased = false;
        try {
            ModelLease lease = await(place, wait).lease(choice, () -> leave(place));
            isLeased = true;
            return lease;
        } finally {
            if (!isLeased) {
                leave(place);
            }
        }
    }

    /// Loads a model and waits for as long as it takes.
    @Override
    public void load(ModelEntry entry) throws InterruptedException {
        lease(entry, new AdapterChoice.Standing(), Duration.ofNanos(Long.MAX_VALUE))
                .close();
    }

    /// Counts as a user of the model from now on, and has it loaded if nobody has yet.
    private Place enter(String name) {
        lock.lock();
        try {
            if (isClosed) {
                throw unavailable("the server stops", null);
            }
            Place place = places.get(name);
            if (place != null && place.isIdle() && place.model != null && !place.model.isAlive()) {
                HostedModel dead = place.model;
                places.remove(name);
                loader.execute(dead::close);
                place = null;
            }
            if (place == null) {
                place = new Place(source(name), options.keepAlive());
                places.put(name, place);
                Place loading = place;
                loader.execute(() -> load(loading));
            }
            place.users++;
            return place;
        } finally {
            lock.unlock();
        }
    }

    private ModelSource source(String name) {
        return sources.get().stream()
                .filter(source -> source.entry().name().equals(name))
                .findFirst()
                .orElseThrow(() -> unavailable("model " + name + " is gone", null));
    }

    private HostedModel await(Place place, Duration wait) throws InterruptedException {
        long left = wait.toNanos();
        lock.lockInterruptibly();
        try {
            while (place.model == null && place.failure == null && !isClosed && left > 0) {
                left = changed.awaitNanos(left);
            }
            String name = place.source.entry().name();
            if (place.failure != null) {
                throw unavailable("model " + name + " can't be loaded: " + text(place.failure), place.failure);
            }
            if (place.model == null) {
                throw unavailable(isClosed ? "the server stops" : "model " + name + " is being loaded", null);
            }
            return place.model;
        } finally {
            lock.unlock();
        }
    }

    private void leave(Place place) {
        lock.lock();
        try {
            place.users--;
            place.lastUsed = clock.getAsLong();
            letGo(place);
        } finally {
            lock.unlock();
        }
    }

    /// On the loader's thread.
    private void load(Place place) {
        HostedModel model = null;
        Throwable failure = null;
        try {
            model = loadWithRoom(place);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            failure = e;
        }
        lock.lock();
        try {
            place.model = model;
            place.failure = failure;
            place.lastUsed = clock.getAsLong();
            if (failure != null) {
                places.remove(place.source.entry().name(), place);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private HostedModel loadWithRoom(Place place) throws IOException {
        makeRoom(place);
        while (true) {
            try {
                return place.source.load();
            } catch (CapacityException | OutOfMemoryError e) {
                // The budget was too large for what else this machine does.
                if (!evictOne()) {
                    throw e;
                }
            }
        }
    }

    private void makeRoom(Place place) {
        long needed = place.source.memoryBytes();
        if (needed > options.memoryBytes()) {
            throw new CapacityException("it takes " + mebibytes(needed)
                    + " of memory with its cache, and all models together may take "
                    + mebibytes(options.memoryBytes())
                    + "; a smaller --cache-tokens or --context, or more --memory, makes it fit");
        }
        while (usedBeside(place) + needed > options.memoryBytes()) {
            if (!evictOne()) {
                throw new CapacityException("it takes " + mebibytes(needed) + " of memory, and models in use take "
                        + mebibytes(usedBeside(place)) + " of the " + mebibytes(options.memoryBytes())
                        + " there are for all; try again later");
            }
        }
    }

    private long usedBeside(Place place) {
        lock.lock();
        try {
            return places.values().stream()
                    .filter(other -> other != place && other.model != null)
                    .mapToLong(other -> other.source.memoryBytes())
                    .sum();
        } finally {
            lock.unlock();
        }
    }

    /// Frees the model that has been idle the longest.
    ///
    /// @return false if there is none
    private boolean evictOne() {
        List<HostedModel> evicted = new ArrayList<>();
        lock.lock();
        try {
            places.values().stream()
                    .filter(Place::isIdle)
                    .min(Comparator.comparingLong(place -> place.lastUsed))
                    .ifPresent(place -> evicted.add(take(place)));
        } finally {
            lock.unlock();
        }
        evicted.forEach(HostedModel::close);
        return !evicted.isEmpty();
    }

    /// Frees models that nobody has used for the time to keep them alive. On the loader's thread, or a test's.
    void expire() {
        List<HostedModel> expired = new ArrayList<>();
        lock.lock();
        try {
            long now = clock.getAsLong();
            List.copyOf(places.values()).stream()
                    .filter(place -> place.isIdle() && now - place.lastUsed >= place.keepAlive.toNanos())
                    .forEach(place -> expired.add(take(place)));
        } finally {
            lock.unlock();
        }
        expired.forEach(HostedModel::close);
    }

    @Override
    public void keepAlive(ModelEntry entry, Duration time) {
        lock.lock();
        try {
            Place place = places.get(entry.name());
            if (place != null) {
                place.keepAlive = time;
                letGo(place);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Has a model freed now that is not to stay.
    private void letGo(Place place) {
        if (place.isIdle() && place.keepAlive.isZero() && !isClosed) {
            loader.execute(this::expire);
        }
    }

    @Override
    public Optional<Instant> expiry(ModelEntry entry) {
        lock.lock();
        try {
            Place place = places.get(entry.name());
            if (place == null || place.source.isPinned() || place.keepAlive.equals(FOREVER)) {
                return Optional.empty();
            }
            long idle = place.isIdle() ? clock.getAsLong() - place.lastUsed : 0;
            return Optional.of(Instant.now().plus(place.keepAlive).minusNanos(idle));
        } finally {
            lock.unlock();
        }
    }

    private HostedModel take(Place place) {
        places.remove(place.source.entry().name(), place);
        HostedModel model = place.model;
        if (model == null) {
            throw new IllegalStateException("an idle place has a model");
        }
        return model;
    }

    @Override
    public void unload(ModelEntry entry) {
        HostedModel model;
        lock.lock();
        try {
            Place place = places.get(entry.name());
            if (place == null) {
                return;
            }
            if (!place.isIdle()) {
                throw unavailable(
                        "model " + entry.name()
                                + (place.source.isPinned() ? " stays until the server stops" : " is in use"),
                        null);
            }
            model = take(place);
        } finally {
            lock.unlock();
        }
        model.close();
    }

    @Override
    public List<HostedModel> inMemory() {
        lock.lock();
        try {
            List<HostedModel> models = new ArrayList<>();
            for (Place place : places.values()) {
                if (place.model != null) {
                    models.add(place.model);
                }
            }
            return models;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isAlive() {
        return inMemory().stream().allMatch(HostedModel::isAlive);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        // A load that has begun is waited for; its model is freed with the others.
        loader.shutdown();
        loader.close();
        inMemory().forEach(HostedModel::close);
        lock.lock();
        try {
            places.clear();
        } finally {
            lock.unlock();
        }
    }

    private static ModelUnavailableException unavailable(String message, @Nullable Throwable cause) {
        return new ModelUnavailableException(message, RETRY, cause);
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return failure instanceof OutOfMemoryError ? "there is not enough memory for it (" + message + ")" : message;
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
