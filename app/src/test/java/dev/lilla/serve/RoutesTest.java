package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.serve.host.AdapterShelf;
import dev.lilla.serve.host.OneModel;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.metrics.ServerMetrics;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.text.AnswerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

class RoutesTest {
    @Test
    void areThoseThatTheDescriptionNames() throws IOException {
        Set<String> described = new TreeSet<>();
        parsed().get("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .propertyNames()
                        .forEach(method -> described.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        Set<String> routes = new TreeSet<>();
        try (TestServer server = TestServer.start()) {
            for (Route route : routes(server)) {
                routes.add(route.method() + " " + route.path());
            }
        }
        assertThat(described).isEqualTo(routes).isNotEmpty();
    }

    private static List<Route> routes(TestServer server) {
        ModelLibrary library = TestServer.Setup.demo().library();
        return Routes.of(
                new OneModel(server.model()),
                AnswerOptions.defaults(),
                library,
                AdapterShelf.EMPTY,
                new ServerMetrics());
    }

    private static String description() throws IOException {
        try (InputStream stream = LillaServer.class.getResourceAsStream("openapi.yaml")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /// A key that stands there twice is an error.
    private static JsonNode parsed() throws IOException {
        YAMLMapper strict = YAMLMapper.builder(YAMLFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .build();
        return strict.readTree(description());
    }

    @Test
    void areDescribedByPartsThatThereAre() throws IOException {
        JsonNode description = parsed();
        assertThat(description.get("openapi").asString()).startsWith("3.1");
        List<JsonNode> references = description.findValues("$ref");
        assertThat(references).isNotEmpty();
        for (JsonNode reference : references) {
            String pointer = reference.asString();
            assertThat(pointer).startsWith("#/components/");
            assertThat(description.at(pointer.substring(1)).isObject())
                    .as(pointer)
                    .isTrue();
        }
    }

    @Test
    void areEachDescribedWithWhatComesBack() throws IOException {
        for (JsonNode path : parsed().get("paths")) {
            for (JsonNode operation : path) {
                assertThat(operation.path("summary").asString("")).isNotBlank();
                assertThat(operation.path("responses").size())
                        .as(operation.toString())
                        .isPositive();
            }
        }
    }

    @Test
    void sendTheirDescription() throws Exception {
        try (TestServer server = TestServer.start()) {
            assertThat(server.get("/openapi.yaml").body()).isEqualTo(description());
        }
    }

    @Test
    void listTheModel() throws Exception {
        try (TestServer server = TestServer.start()) {
            JsonNode list = TestServer.json(server.get("/v1/models").body());
            assertThat(list.propertyNames()).containsExactly("object", "data");
            JsonNode model = list.at("/data/0");
            assertThat(model.propertyNames()).containsExactly("id", "object", "created", "owned_by", "meta");
            assertThat(model.get("id").asString()).isEqualTo("tiny");
            assertThat(TestServer.json(server.get("/v1/models/tiny").body())).isEqualTo(model);
            assertThat(TestServer.json(server.get("/models").body())).isEqualTo(list);
        }
    }
}
