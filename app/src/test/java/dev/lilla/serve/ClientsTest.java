package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.generate.SchedulerOptions;
import dev.lilla.generate.SchedulerStatus;
import dev.lilla.serve.host.Pause;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Clients that come together, leave early, or wait long.
class ClientsTest {
    private static final String PATH = "/v1/chat/completions";
    private static final int LONG = 450;

    /// A text that is written to its full length: at this temperature the end is never likely for long.
    private static String longText(String more) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"temperature\":2,\"seed\":3,\"max_tokens\":"
                + LONG + more + "}";
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void thatLeaveEndTheirText(boolean isStream) throws Exception {
        try (TestServer server = TestServer.start()) {
            long before;
            try (Unfinished text =
                    Unfinished.ask(server, TestServer.rawPost(PATH, longText(",\"stream\":" + isStream)))) {
                before = server.model().status().writtenTokens();
                text.socket().close();
                // Time for the server to see the end of the connection, during which nothing is written.
                Thread.sleep(500);
            }
            SchedulerStatus status = Unfinished.awaitIdle(server);

            assertThat(status.writtenTokens() - before).isLessThanOrEqualTo(1);
            assertThat(status.usedBlocks()).isZero();
            assertThat(status.failures()).isZero();
        }
    }

    @Test
    void thatComeTogetherGetWhatEachWouldAlone() throws Exception {
        try (TestServer server = TestServer.start();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<String> bodies = new ArrayList<>();
            for (int seed = 0; seed < 6; seed++) {
                bodies.add("{\"messages\":[{\"role\":\"user\",\"content\":\"Tell me of order " + seed
                        + "\"}],\"temperature\":2,\"max_tokens\":40,\"seed\":" + seed + ",\"stream\":true}");
            }
            List<String> alone = new ArrayList<>();
            for (String body : bodies) {
                alone.add(text(server.stream(PATH, body)));
            }
            List<Future<List<JsonNode>>> together = new ArrayList<>();
            for (String body : bodies) {
                together.add(clients.submit(() -> server.stream(PATH, body)));
            }
            for (int i = 0; i < bodies.size(); i++) {
                assertThat(text(together.get(i).get())).isEqualTo(alone.get(i));
            }
            assertThat(Set.copyOf(alone)).hasSizeGreaterThan(3);
        }
    }

    private static String text(List<JsonNode> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.at("/choices/0/delta/content").asString("")));
        return text.toString();
    }

    @Test
    void thatAreTooManyAreTurnedAwayAtOnce() throws Exception {
        SchedulerOptions two = SchedulerOptions.defaults().withRunningMax(1).withQueuedMax(2, 2);
        try (TestServer server = TestServer.Setup.demo().withScheduler(two).start();
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            String body = longText("").replace("" + LONG, "2");
            List<Future<HttpResponse<String>>> waiting = new ArrayList<>();
            try (Pause _ = Pause.of(server.model())) {
                HttpResponse<String> refused = server.post(PATH, body.replace("}]", "}],\"n\":3"));
                assertThat(refused.statusCode()).isEqualTo(429);
                assertThat(refused.headers().firstValue("Retry-After")).contains("1");
                assertThat(refused.body()).contains("\"type\":\"rate_limit_error\"");
                // Two find a place in the queue, and of three at least one does not.
                for (int i = 0; i < 3; i++) {
                    waiting.add(clients.submit(() -> server.post(PATH, body)));
                }
                for (int i = 0; i < 6000 && waiting.stream().noneMatch(Future::isDone); i++) {
                    Thread.sleep(10);
                }
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<HttpResponse<String>> reply : waiting) {
                statuses.add(reply.get().statusCode());
            }
            assertThat(statuses).containsExactlyInAnyOrder(200, 200, 429);
        }
    }

    @Test
    void thatWaitAreToldThatSomebodyIsAtWork() throws Exception {
        try (TestServer server =
                TestServer.Setup.demo().withTimes(Duration.ofMillis(200)).start()) {
            Pause pause = Pause.of(server.model());
            try (Socket socket = server.raw(TestServer.rawPost(
                            PATH, longText(",\"stream\":true").replace("" + LONG, "2")));
                    BufferedReader reader = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                int pings = 0;
                boolean isDone = false;
                while (!isDone) {
                    String line = reader.readLine();
                    pings += line.equals(": ping") ? 1 : 0;
                    if (pings == 2) {
                        pause.close();
                    }
                    isDone = line.equals("data: [DONE]");
                }
                // More of them than the read timeout of the socket allows for a request.
                assertThat(pings).isGreaterThanOrEqualTo(2);
            } finally {
                pause.close();
            }
        }
    }

    @Test
    void thatReadWhileTheServerStopsGetTheirWholeText() throws Exception {
        try (TestServer server = TestServer.start();
                ExecutorService closers = Executors.newVirtualThreadPerTaskExecutor();
                Unfinished text = Unfinished.ask(server, TestServer.rawPost(PATH, longText(",\"stream\":true")))) {
            // As at an end that is both asked for and due.
            Future<?> stop = closers.submit(server::close);
            Future<?> again = closers.submit(server::close);
            awaitRefusal(server);
            text.pause().close();

            String reply = new String(text.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            stop.get();
            again.get();
            assertThat(reply)
                    .containsPattern("\"finish_reason\":\"(length|stop)\"")
                    .contains("data: [DONE]\n\n");
        }
    }

    /// Waits until a server takes no more connections.
    private static void awaitRefusal(TestServer server) throws InterruptedException {
        for (int i = 0; i < 6000; i++) {
            try (Socket _ = server.raw("")) {
                Thread.sleep(10);
            } catch (IOException e) {
                return;
            }
        }
        throw new AssertionError("connections are taken a minute after the server was told to stop");
    }

    @Test
    void mayReuseTheirConnection() throws IOException {
        try (TestServer server = TestServer.start()) {
            String one = TestServer.rawPost("/v1/completions", "{\"prompt\":\"a\",\"max_tokens\":1}");
            try (Socket socket =
                    server.raw(one + one + "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
                String replies = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(replies.split("HTTP/1.1 200 OK", -1)).hasSize(4);
                assertThat(replies).endsWith("{\"status\":\"ok\"}");
            }
        }
    }
}
