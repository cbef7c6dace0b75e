package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.generate.SchedulerStatus;
import dev.lilla.serve.host.Pause;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients in numbers that no server is made for.
class FaultsTest {
    private static final String PATH = "/v1/chat/completions";
    private static final int VANISHING = 1_000;
    private static final int AT_ONCE = 50;
    private static final int OVER_THE_LIMIT = 200;

    @TempDir
    Path folder;

    private static String longText(int seed) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"Tell me of order " + seed
                + "\"}],\"temperature\":2,\"seed\":" + seed + ",\"max_tokens\":400,\"stream\":true}";
    }

    @Test
    void aThousandClientsThatVanishLeaveNothingBehind() throws Exception {
        try (TestServer server = TestServer.start()) {
            vanish(server, 0);
            awaitIdle(server);
            int before = threads();

            AtomicInteger next = new AtomicInteger();
            AtomicInteger begun = new AtomicInteger();
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<?>> running = new ArrayList<>();
                for (int client = 0; client < AT_ONCE; client++) {
                    running.add(clients.submit(() -> {
                        for (int seed = next.getAndIncrement(); seed < VANISHING; seed = next.getAndIncrement()) {
                            begun.addAndGet(vanish(server, seed) ? 1 : 0);
                        }
                        return true;
                    }));
                }
                for (Future<?> client : running) {
                    client.get();
                }
            }
            awaitIdle(server);

            SchedulerStatus status = server.model().status();
            assertThat(begun).as("streams that had begun").hasValueGreaterThan(VANISHING / 2);
            assertThat(status.usedBlocks()).isZero();
            assertThat(status.failures()).isZero();
            assertThat(status.writtenTokens()).isLessThan(VANISHING * 400L / 2);
            awaitThreads(before);
            assertThat(server.post(PATH, longText(1).replace("400", "2")).statusCode())
                    .isEqualTo(200);
        }
    }

    /// Asks for a stream, reads some of it, or nothing, and is gone, now and then without a word to the server's TCP.
    ///
    /// @return whether the stream had begun
    private static boolean vanish(TestServer server, int seed) throws IOException {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        String request = TestServer.rawPost(PATH, longText(seed)).replaceFirst("\r\n", "\r\nConnection: close\r\n");
        try (Socket socket = server.raw(request)) {
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
            int wanted = random.nextInt(4) == 0 ? 0 : random.nextInt(1, 2_000);
            InputStream answer = socket.getInputStream();
            int read = 0;
            while (read < wanted && answer.read() >= 0) {
                read++;
            }
            return read > 0;
        }
    }

    private static void awaitIdle(TestServer server) throws InterruptedException {
        for (int i = 0; i < 6000; i++) {
            SchedulerStatus status = server.model().status();
            if (status.running() == 0 && status.waiting() == 0 && status.steps() > 0) {
                return;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("still busy: " + server.model().status());
    }

    private void awaitThreads(int most) throws Exception {
        int now = threads();
        for (int i = 0; i < 300 && now > most; i++) {
            Thread.sleep(100);
            now = threads();
        }
        assertThat(now).as("threads, virtual ones included").isLessThanOrEqualTo(most);
    }

    /// All but those of clients, which are a test's, and of the JVM's own pools, which grow as they like.
    private int threads() throws IOException {
        Path dump = Files.createTempDirectory(folder, "threads").resolve("threads.json");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
        String names = Files.readString(dump);
        return (int) Pattern.compile("\"tid\"[^}]*?\"name\": *\"([^\"]*)\"")
                .matcher(names)
                .results()
                .map(found -> found.group(1))
                .filter(name -> !name.startsWith("HttpClient")
                        && !name.startsWith("ForkJoinPool")
                        && !name.startsWith("VirtualThread-unparker"))
                .count();
    }

    @Test
    void requestsOverTheLimitAreTurnedAwayWhileOthersWait() throws Exception {
        SchedulerOptions few = SchedulerOptions.defaults().withRunningMax(1).withQueuedMax(2, 2);
        try (TestServer server = TestServer.Setup.demo().withScheduler(few).start();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            String body = longText(1).replace("400", "2");
            List<Future<HttpResponse<String>>> waiting = new ArrayList<>();
            try (Pause _ = Pause.of(server.model())) {
                List<Future<HttpResponse<String>>> asked = new ArrayList<>();
                for (int i = 0; i < OVER_THE_LIMIT + 2; i++) {
                    asked.add(clients.submit(() -> server.post(PATH, body)));
                }
                // The model stands still, so that nobody gets an answer but those who get none.
                for (Future<HttpResponse<String>> reply : asked) {
                    while (!reply.isDone()
                            && asked.stream().filter(Future::isDone).count() < OVER_THE_LIMIT) {
                        Thread.sleep(1);
                    }
                    if (!reply.isDone()) {
                        waiting.add(reply);
                        continue;
                    }
                    assertThat(reply.get().statusCode()).isEqualTo(429);
                    assertThat(reply.get().headers().firstValue("Retry-After")).contains("1");
                    assertThat(TestServer.json(reply.get().body())
                                    .at("/error/code")
                                    .asString())
                            .isEqualTo("queue_full");
                }
                assertThat(server.get("/health").statusCode()).isEqualTo(200);
            }
            assertThat(waiting).hasSize(2);
            for (Future<HttpResponse<String>> reply : waiting) {
                assertThat(reply.get().statusCode()).isEqualTo(200);
            }
        }
    }
}
