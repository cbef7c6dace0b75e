package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.serve.http.Access;
import dev.lilla.serve.keys.KeyStore;
import dev.lilla.serve.keys.KeyTerms;
import dev.lilla.serve.keys.StoredKeys;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Keys, rates, budgets and usage over the wire.
class KeysTest {
    private static final String CHAT =
            "{\"messages\":[{\"role\":\"user\",\"content\":\"unmistakable\"}],\"max_tokens\":3}";

    @TempDir
    Path folder;

    private KeyStore store;
    private String user;
    private String admin;
    private String unlimited;

    @SuppressWarnings("NullAway.Init") // a test says when it starts
    private StoredKeys keys;

    @SuppressWarnings("NullAway.Init") // a test says when it starts
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        store = KeyStore.open(KeyStore.fileIn(folder));
        user = store.create(new KeyTerms("user", Set.of(Access.INFER), OptionalInt.of(2), OptionalLong.empty()));
        unlimited = store.create(
                new KeyTerms("unlimited", Set.of(Access.INFER), OptionalInt.empty(), OptionalLong.empty()));
        admin = store.create(new KeyTerms("admin", Set.of(Access.ADMIN), OptionalInt.empty(), OptionalLong.empty()));
    }

    private void serve() throws Exception {
        keys = StoredKeys.open(store);
        server = TestServer.Setup.demo().withKeys(keys).start();
    }

    @AfterEach
    void stop() {
        server.close();
        keys.close();
    }

    private HttpResponse<String> get(String path, String key) throws Exception {
        return server.send(server.request(path)
                .header("Authorization", "Bearer " + key)
                .GET()
                .build());
    }

    private HttpResponse<String> chat(String key, String body) throws Exception {
        return server.send(server.request("/v1/chat/completions")
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static JsonNode error(HttpResponse<String> response) {
        return TestServer.json(response.body()).get("error");
    }

    @Test
    void scopesOpenTheirOwnRoutes() throws Exception {
        serve();
        assertThat(server.get("/v1/models").statusCode()).isEqualTo(401);
        assertThat(server.get("/metrics").statusCode()).isEqualTo(401);
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/v1/models", user).statusCode()).isEqualTo(200);
        assertThat(get("/v1/models", user + "x").statusCode()).isEqualTo(401);
        HttpResponse<String> refused = get("/metrics", user);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(error(refused).get("type").asString()).isEqualTo("permission_error");
        assertThat(get("/metrics", admin).statusCode()).isEqualTo(200);
        assertThat(chat(admin, CHAT).statusCode()).isEqualTo(403);
    }

    @Test
    void ratesAreForWorkAlone() throws Exception {
        serve();
        for (int i = 0; i < 5; i++) {
            assertThat(get("/v1/models", user).statusCode()).isEqualTo(200);
        }
        assertThat(chat(user, CHAT).statusCode()).isEqualTo(200);
        assertThat(chat(user, CHAT).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = chat(user, CHAT);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After").map(Integer::parseInt))
                .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(1, 30));
        assertThat(error(refused).get("type").asString()).isEqualTo("rate_limit_error");
        assertThat(error(refused).get("code").asString()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void usageIsWhatAnswersSayAndHoldsNoText() throws Exception {
        serve();
        JsonNode usage = TestServer.json(chat(user, CHAT).body()).get("usage");
        assertThat(chat(user, CHAT.replace("}]", "}],\"stream\":true")).body()).endsWith("data: [DONE]\n\n");
        server.close();
        keys.close();
        try (KeyStore after = KeyStore.open(KeyStore.fileIn(folder))) {
            assertThat(after.usage()).singleElement().satisfies(day -> {
                assertThat(day.model()).isEqualTo("tiny");
                assertThat(day.requests()).isEqualTo(2);
                assertThat(day.promptTokens())
                        .isEqualTo(2 * usage.get("prompt_tokens").asLong());
                assertThat(day.completionTokens())
                        .isEqualTo(2 * usage.get("completion_tokens").asLong());
            });
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(path -> path.toString().contains("server.db")).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain("unmistakable");
            }
        }
    }

    private HttpResponse<String> post(String key, String path, String body) throws Exception {
        return server.send(server.request(path)
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    @Test
    void vectorsCountAsWell() throws Exception {
        String poor = store.create(new KeyTerms("poor", Set.of(Access.INFER), OptionalInt.empty(), OptionalLong.of(9)));
        serve();
        for (String path : new String[] {"/v1/embeddings", "/api/embed", "/embedding"}) {
            assertThat(post(unlimited, path, "{\"model\":\"tiny\",\"input\":\"the office\"}")
                            .statusCode())
                    .isEqualTo(200);
        }
        HttpResponse<String> first =
                post(poor, "/v1/embeddings", "{\"input\":[\"the office\",\"and the store, which is closed today\"]}");
        long tokens = TestServer.json(first.body()).at("/usage/total_tokens").asLong();
        assertThat(tokens).isGreaterThan(9);
        HttpResponse<String> refused = post(poor, "/v1/embeddings", "{\"input\":\"a\"}");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(error(refused).get("code").asString()).isEqualTo("insufficient_quota");
        server.close();
        keys.close();
        try (KeyStore after = KeyStore.open(KeyStore.fileIn(folder))) {
            assertThat(after.usage())
                    .anySatisfy(day -> {
                        assertThat(day.requests()).isEqualTo(1);
                        assertThat(day.promptTokens()).isEqualTo(tokens);
                        assertThat(day.completionTokens()).isZero();
                    })
                    .anySatisfy(day -> assertThat(day.requests()).isEqualTo(3));
        }
    }

    @Test
    void budgetsEndWithTheDay() throws Exception {
        String poor = store.create(new KeyTerms("poor", Set.of(Access.INFER), OptionalInt.empty(), OptionalLong.of(1)));
        serve();
        assertThat(chat(poor, CHAT).statusCode()).isEqualTo(200);
        HttpResponse<String> refused = chat(poor, CHAT);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(error(refused).get("code").asString()).isEqualTo("insufficient_quota");
        assertThat(refused.headers().firstValue("Retry-After").map(Long::parseLong))
                .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(1L, 86_400L));
    }
}
