package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The requests of well-known clients, in the order and with the fields that they send.
class ClientSequencesTest {
    private static final String OPTIONS =
            "\"options\":{\"temperature\":0.8,\"top_k\":40,\"top_p\":0.9,\"num_predict\":6,"
                    + "\"num_ctx\":2048,\"seed\":1,\"stop\":[\"</s>\"],\"num_gpu\":0,\"num_thread\":8}";

    @AutoClose
    private static TestServer server;

    @BeforeAll
    static void start() throws IOException {
        server = TestServer.start();
    }

    private static JsonNode get(String path) throws Exception {
        HttpResponse<String> response = server.get(path);
        assertThat(response.statusCode()).isEqualTo(200);
        return TestServer.json(response.body());
    }

    /// A chat page on Ollama's API: it verifies the connection, lists models, talks, and asks for a title.
    @Test
    void aChatPageTalksInOllamasApi() throws Exception {
        assertThat(get("/api/version").get("version").isString()).isTrue();
        JsonNode model = get("/api/tags").at("/models/0");
        String name = model.get("model").asString();
        assertThat(get("/api/ps").at("/models/0/model").asString()).isEqualTo(name);
        assertThat(get("/api/ps").at("/models/0/expires_at").asString()).contains("T");

        List<JsonNode> lines = server.lines(
                "/api/chat",
                "{\"model\":\"" + name + "\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                        + "{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":true,\"keep_alive\":\"5m\"," + OPTIONS
                        + "}");
        String answer = lines.stream()
                .map(line -> line.at("/message/content").asString())
                .collect(Collectors.joining());
        assertThat(answer).isNotEmpty();
        JsonNode title = server.ask(
                "/api/chat",
                "{\"model\":\"" + name + "\",\"messages\":[{\"role\":\"user\",\"content\":\"A title for: Hello\"}],"
                        + "\"stream\":false," + OPTIONS + "}");
        assertThat(title.at("/message/role").asString()).isEqualTo("assistant");
        assertThat(server.ask("/api/embed", "{\"model\":\"" + name + "\",\"input\":[\"Hello\"]}")
                        .get("embeddings"))
                .hasSize(1);
    }

    /// The same page on OpenAI's API.
    @Test
    void aChatPageTalksInOpenAisApi() throws Exception {
        String name = get("/v1/models").at("/data/0/id").asString();
        List<JsonNode> chunks = server.stream(
                "/v1/chat/completions",
                "{\"model\":\"" + name + "\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":"
                        + "[{\"role\":\"user\",\"content\":\"Hello\"}],\"max_tokens\":6,\"params\":{},\"chat_id\":\"x\"}");
        assertThat(chunks.getLast().at("/usage/completion_tokens").asInt()).isPositive();
    }

    /// A Java library on Ollama's API: chat with a schema, streaming, generation, vectors, and the catalog.
    @Test
    void aJavaLibraryTalksInOllamasApi() throws Exception {
        HttpRequest request = server.request("/api/chat")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"options\":"
                                + "{\"temperature\":0.0,\"stop\":[]},\"format\":{\"type\":\"object\",\"properties\":{\"ok\":"
                                + "{\"type\":\"boolean\"}},\"required\":[\"ok\"]},\"stream\":false,\"tools\":[]}"))
                .build();
        JsonNode reply = TestServer.json(server.send(request).body());
        assertThat(TestServer.json(reply.at("/message/content").asString())
                        .get("ok")
                        .isBoolean())
                .isTrue();
        assertThat(reply.get("prompt_eval_count").asInt()).isPositive();
        assertThat(server.lines(
                                "/api/generate",
                                "{\"model\":\"tiny\",\"prompt\":\"Hello\",\"stream\":true," + OPTIONS + "}")
                        .getLast()
                        .get("done")
                        .asBoolean())
                .isTrue();
        assertThat(server.ask("/api/embed", "{\"model\":\"tiny\",\"input\":[\"a\",\"b\"]}")
                        .get("embeddings"))
                .hasSize(2);
        assertThat(get("/api/tags").at("/models/0/details/family").asString()).isNotEmpty();
        assertThat(server.ask("/api/show", "{\"name\":\"tiny\"}")
                        .get("template")
                        .asString())
                .isNotEmpty();
    }

    /// The same library on OpenAI's API.
    @Test
    void aJavaLibraryTalksInOpenAisApi() throws Exception {
        JsonNode vectors = server.ask(
                "/v1/embeddings", "{\"model\":\"tiny\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"base64\"}");
        assertThat(vectors.at("/data/1/embedding").isString()).isTrue();
        JsonNode reply = server.ask(
                "/v1/chat/completions",
                "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],\"stream\":false,"
                        + "\"max_completion_tokens\":6,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"now\"}}],"
                        + "\"tool_choice\":\"required\",\"response_format\":{\"type\":\"text\"}}");
        String arguments =
                reply.at("/choices/0/message/tool_calls/0/function/arguments").asString();
        assertThat(TestServer.json(arguments).isObject()).isTrue();
        assertThat(TestServer.json(arguments)).isEmpty();
    }
}
