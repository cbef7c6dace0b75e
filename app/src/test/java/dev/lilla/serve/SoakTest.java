package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.generate.SchedulerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
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
/// `-Dlilla.soak.minutes=N` for another time.
@Tag("long")
class SoakTest {
    private static final int CLIENTS = 24;
    private static final int REQUESTS = 10;
    private static final int ROUNDS_MIN = 6;
    private static final long GROWTH_BYTES_MAX = 24 << 20;

    @Test
    void leavesNothingBehind() throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(Long.getLong("lilla.soak.minutes", 30));
        try (TestServer server = TestServer.start()) {
            round(server, 0);
            round(server, 1);
            settle(server);
            long heap = heap();
            List<String> threads = threads();
            for (int round = 2; round < 2 + ROUNDS_MIN || System.nanoTime() < end; round++) {
                round(server, round);
                settle(server);
            }
            assertThat(heap() - heap).as("growth of the heap").isLessThan(GROWTH_BYTES_MAX);
            assertThat(threads()).as("threads of the server").hasSizeLessThanOrEqualTo(threads.size());
            assertThat(server.get("/health").statusCode()).isEqualTo(200);
        }
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
    }

    private static void ask(TestServer server, RandomGenerator random) throws IOException, InterruptedException {
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"" + "word ".repeat(random.nextInt(1, 60))
                + random.nextInt(5) + "\"}],\"max_tokens\":" + random.nextInt(1, 40) + ",\"n\":" + random.nextInt(1, 4);
        switch (random.nextInt(6)) {
            case 0, 1 -> assertAnswered(server.post("/v1/chat/completions", body + "}"));
            case 2 -> assertAnswered(server.post("/v1/chat/completions", body + ",\"stream\":true}"));
            case 3 -> leave(server, body + ",\"stream\":true}", random.nextInt(200));
            case 4 -> leave(server, body + "}", 0);
            default ->
                assertThat(server.post("/v1/chat/completions", body + ",\"temperature\":\"hot\"}")
                                .statusCode())
                        .isEqualTo(400);
        }
    }

    private static void assertAnswered(HttpResponse<String> response) {
        assertThat(response.statusCode()).isIn(200, 429);
    }

    /// Reads a little of the answer and is gone.
    private static void leave(TestServer server, String body, int bytes) throws IOException {
        try (Socket socket = server.raw(TestServer.rawPost("/v1/chat/completions", body))) {
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

    /// All but those of the clients, which are a test's.
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> !name.startsWith("HttpClient"))
                .sorted()
                .toList();
    }

    private static long heap() throws InterruptedException {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(100);
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
