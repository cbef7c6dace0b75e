package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.lilla.generate.SchedulerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Rounds of mixed requests, good and bad, patient and not, for half an hour: nothing may pile up.
/// `-Dlilla.soak.minutes=N` for another time. `target/soak.csv` has what was in use, a line a minute.
///
/// Nobody here is in a hurry: a machine that stands still for some minutes fails no request.
@Tag("long")
class SoakTest {
    private static final int CLIENTS = 24;
    private static final int REQUESTS = 10;
    private static final int ROUNDS_WARM_UP = 2;
    private static final int ROUNDS_MIN = 6;
    private static final long GROWTH_BYTES_MAX = 24 << 20;
    /// What compiled code, and the allocator of the system, still add once a server is warm.
    private static final long RESIDENT_GROWTH_BYTES_MAX = 64 << 20;

    private static final int FILES_MORE_MAX = 8;
    private static final Duration PATIENCE = Duration.ofHours(2);
    private static final Path FIGURES = Path.of("target", "soak.csv");

    /// What a server has in use while nobody asks.
    ///
    /// @param heapBytes of the Java heap after a collection
    /// @param residentBytes of the process, 0 where no `/proc` says so
    /// @param threads of the platform, but those of clients and of tools that look into the JVM
    /// @param files that are open, sockets among them, 0 where nobody counts them
    record Usage(long heapBytes, long residentBytes, int threads, long files) {
        static Usage now() throws IOException, InterruptedException {
            Runtime runtime = Runtime.getRuntime();
            for (int i = 0; i < 3; i++) {
                System.gc();
                Thread.sleep(100);
            }
            long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                    ? system.getOpenFileDescriptorCount()
                    : 0;
            return new Usage(runtime.totalMemory() - runtime.freeMemory(), resident(), serverThreads(), files);
        }

        private static long resident() throws IOException {
            Path status = Path.of("/proc/self/status");
            if (!Files.exists(status)) {
                return 0;
            }
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(0);
        }

        private static int serverThreads() {
            return (int) Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> !name.startsWith("HttpClient") && !name.equals("Attach Listener"))
                    .count();
        }

        String line(long minute, long requests) {
            return minute + "," + requests + "," + (heapBytes >> 10) + "," + (residentBytes >> 10) + "," + threads + ","
                    + files + "\n";
        }
    }

    @Test
    void leavesNothingBehind() throws Exception {
        long start = System.nanoTime();
        long minutes = Long.getLong("lilla.soak.minutes", 30);
        Files.writeString(FIGURES, "minute,requests,heap KiB,resident KiB,threads,files\n");
        try (TestServer server = TestServer.Setup.demo().withTimes(PATIENCE).start()) {
            int round = 0;
            while (round < ROUNDS_WARM_UP) {
                round(server, round++);
            }
            Usage before = Usage.now();
            Usage half = before;
            write(before, 0, round);
            long written = 0;
            while (round < ROUNDS_WARM_UP + ROUNDS_MIN || minutesSince(start) < minutes) {
                round(server, round++);
                if (minutesSince(start) > written) {
                    written = minutesSince(start);
                    Usage now = Usage.now();
                    write(now, written, round);
                    half = written <= minutes / 2 ? now : half;
                }
            }
            Usage after = Usage.now();
            write(after, minutesSince(start), round);
            assertThat(after.heapBytes() - before.heapBytes())
                    .as("growth of the heap")
                    .isLessThan(GROWTH_BYTES_MAX);
            assertThat(after.residentBytes() - half.residentBytes())
                    .as("growth of the process in the second half")
                    .isLessThan(RESIDENT_GROWTH_BYTES_MAX);
            assertThat(after.threads()).as("threads of the server").isLessThanOrEqualTo(before.threads());
            assertThat(after.files()).as("open files").isLessThanOrEqualTo(before.files() + FILES_MORE_MAX);
            assertThat(server.get("/health").statusCode()).isEqualTo(200);
        }
    }

    private static long minutesSince(long start) {
        return TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - start);
    }

    private static void write(Usage usage, long minute, int rounds) throws IOException {
        Files.writeString(FIGURES, usage.line(minute, (long) rounds * CLIENTS * REQUESTS), StandardOpenOption.APPEND);
    }

    private static void round(TestServer server, int round) throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                RandomGenerator random =
                        RandomGeneratorFactory.of("L64X128MixRandom").create(1000L * round + client);
                running.add(clients.submit(() -> {
                    for (int i = 0; i < REQUESTS; i++) {
                        ask(server, random);
                    }
                    return true;
                }));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
        settle(server);
    }

    private static void ask(TestServer server, RandomGenerator random) throws IOException, InterruptedException {
        String text = "\"" + "word ".repeat(random.nextInt(1, 60)) + random.nextInt(5) + "\"";
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":" + text + "}]";
        int most = random.nextInt(1, 40);
        String chat = "{" + messages + ",\"max_tokens\":" + most + ",\"n\":" + random.nextInt(1, 4);
        String ollama = "{\"model\":\"tiny\",\"options\":{\"num_predict\":" + most + "},";
        switch (random.nextInt(16)) {
            case 0, 1 -> answered(server, "/v1/chat/completions", chat + "}");
            case 2, 3 -> answered(server, "/v1/chat/completions", chat + ",\"stream\":true}");
            case 4 -> leave(server, "/v1/chat/completions", chat + ",\"stream\":true}", random.nextInt(200));
            case 5 -> leave(server, "/v1/chat/completions", chat + "}", 0);
            case 6 -> leave(server, "/api/chat", ollama + messages + "}", random.nextInt(200));
            case 7 -> answered(server, "/v1/chat/completions", chat + ",\"json_schema\":{\"enum\":[\"a\",7]}}");
            case 8 ->
                answered(
                        server,
                        "/v1/chat/completions",
                        chat + ",\"tool_choice\":\"required\",\"tools\":["
                                + "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]}");
            case 9 ->
                answered(
                        server,
                        "/v1/completions",
                        "{\"prompt\":" + text + ",\"echo\":true,\"logprobs\":2,\"max_tokens\":" + most + "}");
            case 10 -> answered(server, "/v1/embeddings", "{\"input\":[" + text + ",\"b\"]}");
            case 11 ->
                answered(
                        server,
                        "/v1/responses",
                        "{\"input\":" + text + ",\"stream\":true," + "\"max_output_tokens\":" + most + "}");
            case 12 -> answered(server, "/api/chat", ollama + messages + "}");
            case 13 -> answered(server, "/api/generate", ollama + "\"prompt\":" + text + ",\"stream\":false}");
            case 14 -> read(server, random);
            default -> {
                String wrong = random.nextBoolean() ? chat : chat + ",\"temperature\":\"hot\"}";
                assertThat(post(server, "/v1/chat/completions", wrong)).isEqualTo(400);
            }
        }
    }

    private static void answered(TestServer server, String path, String body) throws IOException, InterruptedException {
        assertThat(post(server, path, body)).as(path).isIn(200, 429);
    }

    private static int post(TestServer server, String path, String body) throws IOException, InterruptedException {
        HttpRequest request = server.request(path)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return server.send(request).statusCode();
    }

    /// Gets what needs no model.
    private static void read(TestServer server, RandomGenerator random) throws IOException, InterruptedException {
        List<String> paths = List.of("/", "/openapi.yaml", "/metrics", "/v1/models", "/api/tags", "/v1/nothing");
        String path = paths.get(random.nextInt(paths.size()));
        HttpResponse<String> response = server.send(server.request(path)
                .timeout(PATIENCE)
                .header("Accept", "text/html")
                .GET()
                .build());
        assertThat(response.statusCode()).as(path).isEqualTo(path.endsWith("nothing") ? 404 : 200);
    }

    /// Reads a little of the answer and is gone.
    private static void leave(TestServer server, String path, String body, int bytes) throws IOException {
        try (Socket socket = server.raw(TestServer.rawPost(path, body))) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            InputStream answer = socket.getInputStream();
            int left = bytes;
            while (left > 0 && answer.read() >= 0) {
                left--;
            }
        }
    }

    /// Waits until the scheduler has noticed the last client that left.
    private static void settle(TestServer server) throws InterruptedException {
        SchedulerStatus status = server.model().status();
        while (status.running() + status.waiting() > 0) {
            Thread.sleep(20);
            status = server.model().status();
        }
        assertThat(status.usedBlocks()).isZero();
        assertThat(status.failures()).isZero();
        assertThat(server.model().isAlive()).isTrue();
    }
}
