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
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RoutesTest {
    @Test
    void areThoseThatTheDescriptionNames() throws IOException {
        Set<String> described = new TreeSet<>();
        String path = "";
        for (String line : description()) {
            if (line.matches("  /\\S*:")) {
                path = line.strip().replaceFirst(":$", "");
            } else if (line.matches("    (get|post|delete|put|head):")) {
                described.add(line.strip().replace(":", "").toUpperCase(java.util.Locale.ROOT) + " " + path);
            }
        }
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

    private static List<String> description() throws IOException {
        try (InputStream stream = LillaServer.class.getResourceAsStream("openapi.yaml")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    @Test
    void sendTheirDescription() throws Exception {
        try (TestServer server = TestServer.start()) {
            assertThat(server.get("/openapi.yaml").body().lines().toList()).isEqualTo(description());
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
