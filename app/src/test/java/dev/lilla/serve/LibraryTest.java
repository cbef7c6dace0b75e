package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.hub.HubOptions;
import dev.lilla.hub.OneModelHub;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.store.ModelStore;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Models that come and go over Ollama's API.
class LibraryTest {
    @TempDir
    Path home;

    private OneModelHub hub;
    private ModelStore store;
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        hub = new OneModelHub(home.resolve("hub"));
        store = ModelStore.open(home.resolve("store"));
        HubOptions options =
                new HubOptions(URI.create(hub.address()), null, Duration.ofSeconds(5), 2, Duration.ofMillis(1));
        server = TestServer.Setup.demo()
                .withLibrary(new ModelLibrary(store, options))
                .withOrigins("https://elsewhere.example")
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
        hub.close();
    }

    private HttpResponse<String> delete(String body, String... headers) throws Exception {
        HttpRequest.Builder request = server.request("/api/delete")
                .header("Content-Type", "application/json")
                .method("DELETE", HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return server.send(request.build());
    }

    @Test
    void arePulledWithLinesThatSayHowFar() throws Exception {
        List<JsonNode> lines = server.lines("/api/pull", "{\"model\":\"hf.co/me/tiny:latest\"}");

        assertThat(lines.getFirst().toString()).isEqualTo("{\"status\":\"pulling manifest\"}");
        assertThat(lines.getLast().toString()).isEqualTo("{\"status\":\"success\"}");
        JsonNode weights = lines.stream()
                .filter(line -> line.path("status").asString("").endsWith("model.safetensors"))
                .reduce((_, last) -> last)
                .orElseThrow();
        assertThat(weights.propertyNames()).containsExactly("status", "digest", "total", "completed");
        assertThat(weights.get("completed").asLong())
                .isEqualTo(1 << 20)
                .isEqualTo(weights.get("total").asLong());
        assertThat(store.list()).hasSize(1);

        assertThat(server.post("/api/pull", "{\"name\":\"me/tiny\",\"stream\":false}")
                        .body())
                .isEqualTo("{\"status\":\"success\"}");
        assertThat(delete("{\"model\":\"me/tiny:latest\"}").statusCode()).isEqualTo(200);
        assertThat(store.list()).isEmpty();
    }

    @Test
    void areRefusedInWords() throws Exception {
        HttpResponse<String> unknown = server.post("/api/pull", "{\"model\":\"me/other\",\"stream\":false}");
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body()).startsWith("{\"error\":\"");
        assertThat(server.lines("/api/pull", "{\"model\":\"me/other\"}")
                        .getLast()
                        .has("error"))
                .isTrue();
        assertThat(server.post("/api/pull", "{\"model\":\"no-such-short-name\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.post("/api/pull", "{\"model\":\"../../etc/passwd\"}").statusCode())
                .isEqualTo(400);
        assertThat(delete("{\"model\":\"me/other\"}").statusCode()).isEqualTo(404);
        assertThat(delete("{\"model\":\"../store\"}").statusCode()).isEqualTo(404);
        assertThat(delete("{\"model\":\"tiny\"}").statusCode()).isEqualTo(409);
    }

    @Test
    void areNoBusinessOfPagesElsewhere() throws Exception {
        assertThat(delete("{\"model\":\"me/tiny\"}", "Origin", "https://elsewhere.example")
                        .statusCode())
                .isEqualTo(403);
        HttpResponse<String> pull = server.send(server.request("/api/pull")
                .header("Content-Type", "application/json")
                .header("Origin", "https://elsewhere.example")
                .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"me/tiny\"}"))
                .build());
        assertThat(pull.statusCode()).isEqualTo(403);
        assertThat(store.list()).isEmpty();
    }
}
