package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.serve.host.AdapterShelf;
import dev.lilla.serve.host.Pause;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Adapters over the wire, with one that PEFT wrote.
class AdaptersOracleTest {
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        Path adapter = Oracle.path("lora/llama");
        AdapterShelf shelf = name -> name.equals("llama") ? Optional.of(adapter) : Optional.empty();
        server = TestServer.Setup.demo().withModel(Oracle.model("llama")).start(shelf);
        load("one");
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static JsonNode load(String name) throws Exception {
        return server.ask("/v1/load_lora_adapter", "{\"lora_name\":\"" + name + "\",\"lora_path\":\"llama\"}");
    }

    private static String body(String fields) {
        return "{\"prompt\":[5,9,12,33],\"max_tokens\":4,\"temperature\":0,\"logprobs\":1" + fields + "}";
    }

    /// What a model finds of the tokens it writes: another adapter gives other numbers.
    private static JsonNode logprobs(String fields) throws Exception {
        return server.ask("/v1/completions", body(fields)).at("/choices/0/logprobs/token_logprobs");
    }

    private static String id(String name) throws Exception {
        for (JsonNode adapter :
                server.ask("/v1/load_lora_adapter", "{\"lora_name\":\"probe\",\"lora_path\":\"llama\"}")) {
            if (adapter.get("name").asString().equals(name)) {
                server.ask("/v1/unload_lora_adapter", "{\"lora_name\":\"probe\"}");
                return adapter.get("id").asString();
            }
        }
        throw new AssertionError("no adapter " + name);
    }

    @Test
    void areChosenByName() throws Exception {
        JsonNode base = logprobs("");
        assertThat(logprobs(",\"model\":\"tiny:one\"")).isNotEqualTo(base);
        assertThat(logprobs(",\"model\":\"tiny\"")).isEqualTo(base);
        assertThat(server.ask("/v1/completions", body(",\"model\":\"tiny:one\""))
                        .get("model")
                        .asString())
                .isEqualTo("tiny:one");
        assertThat(server.get("/v1/models").body()).contains("\"id\":\"tiny:one\"");
    }

    @Test
    void areChosenByIdAndScale() throws Exception {
        String id = id("one");
        JsonNode base = logprobs("");
        JsonNode full = logprobs(",\"lora\":[{\"id\":" + id + ",\"scale\":1}]");
        assertThat(full).isEqualTo(logprobs(",\"model\":\"tiny:one\""));
        assertThat(logprobs(",\"lora\":[{\"id\":" + id + ",\"scale\":0}]")).isEqualTo(base);
        assertThat(logprobs(",\"lora\":[]")).isEqualTo(base);
        assertThat(logprobs(",\"lora\":[{\"id\":" + id + ",\"scale\":0.5}]"))
                .isNotEqualTo(base)
                .isNotEqualTo(full);
    }

    @Test
    void ofOneBatchLeaveEachOtherAlone() throws Exception {
        List<String> choices =
                List.of("", ",\"model\":\"tiny:one\"", ",\"lora\":[{\"id\":" + id("one") + ",\"scale\":2}]");
        List<JsonNode> alone = new ArrayList<>();
        for (String choice : choices) {
            alone.add(logprobs(choice));
        }
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<JsonNode>> together = new ArrayList<>();
            try (Pause _ = Pause.of(server.model())) {
                for (int i = 0; i < 12; i++) {
                    String choice = choices.get(i % 3);
                    together.add(clients.submit(() -> logprobs(choice)));
                }
            }
            for (int i = 0; i < 12; i++) {
                assertThat(together.get(i).get()).isEqualTo(alone.get(i % 3));
            }
        }
    }

    @Test
    void scoreTheirPromptsToo() throws Exception {
        String echo = ",\"echo\":true";
        assertThat(logprobs(echo + ",\"model\":\"tiny:one\"")).isNotEqualTo(logprobs(echo));
    }

    @Test
    void canStandForAllRequests() throws Exception {
        String id = id("one");
        JsonNode base = logprobs("");
        JsonNode full = logprobs(",\"model\":\"tiny:one\"");
        server.ask("/lora-adapters", "[{\"id\":" + id + ",\"scale\":1}]");
        try {
            assertThat(logprobs("")).isEqualTo(full);
        } finally {
            server.ask("/lora-adapters", "[]");
        }
        assertThat(logprobs("")).isEqualTo(base);
    }

    @Test
    void leaveWhileTheyAreUsed() throws Exception {
        JsonNode expected = logprobs(",\"model\":\"tiny:one\"");
        load("leaving");
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<JsonNode> answer;
            try (Pause _ = Pause.of(server.model())) {
                answer = CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return logprobs(",\"model\":\"tiny:leaving\"");
                            } catch (Exception e) {
                                throw new IllegalStateException(e);
                            }
                        },
                        clients);
                HttpResponse<String> gone = server.post("/v1/unload_lora_adapter", "{\"lora_name\":\"leaving\"}");
                assertThat(gone.statusCode()).isIn(200);
            }
            // Chosen before it left, it is used to the end; chosen after that, it is unknown.
            answer.handle((logprobs, failure) -> {
                        if (failure == null) {
                            assertThat(logprobs).isEqualTo(expected);
                        } else {
                            assertThat(failure).hasStackTraceContaining("has no adapter");
                        }
                        return true;
                    })
                    .get();
        }
        assertThat(server.post("/v1/completions", body(",\"model\":\"tiny:leaving\""))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void thatAreUnknownAreRefusedWithThoseThereAre() throws Exception {
        HttpResponse<String> named = server.post("/v1/completions", body(",\"model\":\"tiny:two\""));
        assertThat(named.statusCode()).isEqualTo(404);
        assertThat(named.body()).contains("model_not_found", "one (id ");
        HttpResponse<String> byId = server.post("/v1/completions", body(",\"lora\":[{\"id\":99,\"scale\":1}]"));
        assertThat(byId.statusCode()).isEqualTo(400);
        assertThat(byId.body()).contains("\"param\":\"lora\"");
        assertThat(server.post("/v1/completions", body(",\"model\":\"other:one\""))
                        .statusCode())
                .isEqualTo(404);
        for (String wrong : List.of("{\"lora_name\":\"x\",\"lora_path\":\"../llama\"}", "{\"lora_name\":\"x\"}")) {
            assertThat(server.post("/v1/load_lora_adapter", wrong).statusCode()).isEqualTo(404);
        }
        for (String name : List.of("one", "a:b")) {
            assertThat(server.post("/v1/load_lora_adapter", "{\"lora_name\":\"" + name + "\",\"lora_path\":\"llama\"}")
                            .statusCode())
                    .isEqualTo(400);
        }
    }
}
