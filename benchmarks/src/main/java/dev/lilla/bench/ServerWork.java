package dev.lilla.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a running `lilla serve` has done: passes through the model, and the processor time that each
/// kind of its threads took. Two of them give what was done in between.
///
/// The times are Linux's (`/proc/PID/task/TID/schedstat`, nanoseconds on a processor): unlike a clock on the wall they
/// tell the server's work from the model's when both share the processors.
///
/// @param steps passes through the model, of all models
/// @param nanos by kind of thread
record ServerWork(long steps, Map<Kind, Long> nanos) {
    /// What a thread does, told by how it is called.
    enum Kind {
        /// The decoder, and the scheduler that feeds it.
        MODEL("lilla-scheduler|lilla-worker"),
        /// HTTP, JSON, events: the carriers of virtual threads and what wakes them, and Helidon's own.
        SERVING("ForkJoinPool|VirtualThread|helidon|server-@|MasterPoller|SubPoller|Read-Poller"),
        /// The JVM's compilers, which fall silent after a while.
        COMPILING("C[12] Compiler"),
        /// Garbage collection and the rest.
        OTHER("");

        private final Pattern beginning;

        Kind(String beginning) {
            this.beginning = Pattern.compile(beginning);
        }

        /// @param name as Linux has it: at most 15 characters
        static Kind of(String name) {
            return Stream.of(values())
                    .filter(kind -> kind.beginning.matcher(name).lookingAt())
                    .findFirst()
                    .orElse(OTHER);
        }
    }

    private static final String STEPS = "llamacpp:n_decode_total";

    ServerWork {
        nanos = Map.copyOf(nanos);
    }

    /// What a server has done so far.
    ///
    /// @param address of its root
    /// @param key that may read its metrics; empty for none
    /// @throws IOException if it is no process of this machine, or no Lilla
    static ServerWork of(long pid, URI address, String key) throws IOException, InterruptedException {
        return new ServerWork(steps(address, key), nanos(Path.of("/proc", Long.toString(pid), "task")));
    }

    private static Map<Kind, Long> nanos(Path tasks) throws IOException {
        Map<Kind, Long> nanos = new EnumMap<>(Kind.class);
        List<Path> threads;
        try (Stream<Path> listed = Files.list(tasks)) {
            threads = listed.toList();
        }
        for (Path thread : threads) {
            try {
                String name = Files.readString(thread.resolve("comm")).strip();
                String[] times = Files.readString(thread.resolve("schedstat")).split(" ", 2);
                nanos.merge(Kind.of(name), Long.parseLong(times[0]), Long::sum);
            } catch (IOException e) {
                if (Files.exists(thread)) {
                    throw e;
                }
                // It has ended since it was listed.
            }
        }
        return nanos;
    }

    private static long steps(URI address, String key) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address.resolve("/metrics"));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException("/metrics has status " + response.statusCode() + ": " + response.body());
            }
            return steps(response.body());
        }
    }

    /// @param metrics in Prometheus's form
    static long steps(String metrics) throws IOException {
        List<String> lines =
                metrics.lines().filter(line -> line.startsWith(STEPS)).toList();
        if (lines.isEmpty()) {
            throw new IOException("/metrics has no " + STEPS + "; is this lilla serve?");
        }
        return lines.stream()
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /// What was done since an earlier moment.
    ServerWork since(ServerWork before) {
        Map<Kind, Long> more = new EnumMap<>(Kind.class);
        nanos.forEach((kind, time) -> more.put(kind, Math.max(0, time - before.nanos.getOrDefault(kind, 0L))));
        return new ServerWork(steps - before.steps, more);
    }

    /// Processor time of a kind of threads for each step, in microseconds.
    double microsPerStep(Kind kind) {
        return nanos.getOrDefault(kind, 0L) / 1e3 / Math.max(1, steps);
    }

    /// The server's work as a part of the model's: what a step would be shorter by without it, if neither ever waits.
    double overhead() {
        return (double) nanos.getOrDefault(Kind.SERVING, 0L) / Math.max(1, nanos.getOrDefault(Kind.MODEL, 0L));
    }
}
