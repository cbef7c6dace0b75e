package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ProjectFolder;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.hub.HubOptions;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.HostingOptions;
import dev.lilla.serve.host.ModelDetails;
import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelPool;
import dev.lilla.serve.host.ModelSource;
import dev.lilla.serve.host.PoolOptions;
import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.OriginPolicy;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Ollama's `keep_alive`, with a model that is loaded on demand.
class KeepAliveTest {
    private static final Duration USUAL = Duration.ofHours(1);

    private final HttpClient client = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init") // set before each test
    private LillaServer server;

    private record Demo() implements ModelSource {
        @Override
        public ModelEntry entry() {
            return new ModelEntry("demo", Instant.EPOCH, 1, 1, 512, 1, new ModelDetails("gguf", "llama", "F16"));
        }

        @Override
        public long memoryBytes() {
            return 1;
        }

        @Override
        public boolean isPinned() {
            return false;
        }

        @Override
        public HostedModel load() throws IOException {
            return HostedModel.start(
                    "demo",
                    LocalModel.open(ProjectFolder.demoModel(), LocalModelOptions.defaults()),
                    new HostingOptions(512, SchedulerOptions.defaults(), List.of()));
        }
    }

    @BeforeEach
    void start() {
        Duration times = Duration.ofSeconds(30);
        server = LillaServer.start(
                new HttpOptions("127.0.0.1", 0, ApiKeys.NONE, new OriginPolicy(List.of(), List.of()), times, times),
                new ModelPool(() -> List.of(new Demo()), new PoolOptions(10, USUAL, Duration.ofMinutes(5))),
                AnswerOptions.defaults(),
                new ModelLibrary(
                        ModelStore.open(Path.of("target", "no-store")),
                        new HubOptions(
                                URI.create("http://127.0.0.1:9"),
                                null,
                                Duration.ofMillis(1),
                                1,
                                Duration.ofMillis(1))));
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server.address() + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private JsonNode loaded() throws Exception {
        return TestServer.json(send(HttpRequest.newBuilder(URI.create(server.address() + "/api/ps")))
                        .body())
                .get("models");
    }

    private static String hello(String keepAlive) {
        return "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":false,"
                + "\"options\":{\"num_predict\":2},\"keep_alive\":" + keepAlive + "}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            null | 3600
            "90m" | 5400
            "1h30.5m" | 5430
            600 | 600
            "-1s" | 3153600000
            -1 | 3153600000
            """)
    void showsWhenAModelGoes(String keepAlive, long seconds) throws Exception {
        Instant before = Instant.now();
        assertThat(post("/api/chat", hello(keepAlive)).statusCode()).isEqualTo(200);
        Instant expires = Instant.parse(loaded().at("/0/expires_at").asString());
        assertThat(expires)
                .isBetween(
                        before.plusSeconds(seconds).minusSeconds(1),
                        Instant.now().plusSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "\"0\"", "\"0s\""})
    @Timeout(60)
    void letsAModelGoAtOnce(String keepAlive) throws Exception {
        JsonNode reply = TestServer.json(post("/api/chat", hello(keepAlive)).body());
        assertThat(reply.get("done_reason").asString()).isIn("stop", "length");
        while (!loaded().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @Timeout(60)
    void unloadsWhereNothingIsAsked() throws Exception {
        assertThat(post("/api/generate", "{\"model\":\"demo\",\"stream\":false}")
                        .body())
                .contains("\"done_reason\":\"load\"");
        assertThat(loaded().size()).isEqualTo(1);
        assertThat(post("/api/generate", "{\"model\":\"demo\",\"keep_alive\":0,\"stream\":false}")
                        .body())
                .contains("\"done_reason\":\"unload\"");
        while (!loaded().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(post("/api/chat", "{\"model\":\"demo\",\"messages\":[],\"keep_alive\":0}")
                        .body())
                .contains("\"done_reason\":\"unload\"");
        assertThat(loaded().isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"soon\"", "\"5\"", "\"5m \"", "true", "[]", "1e300"})
    void refusesWhatIsNoTime(String keepAlive) throws Exception {
        HttpResponse<String> response = post("/api/chat", hello(keepAlive));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("keep_alive");
    }
}
