package dev.lilla.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.HttpServer;
import dev.lilla.serve.http.OriginPolicy;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.metrics.ServerMetrics;
import dev.lilla.serve.text.AnswerOptions;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetyTest {
    private static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":1}";
    private static TestServer open;
    private static TestServer locked;
    private static TestServer impatient;

    @BeforeAll
    static void start() throws IOException {
        open = TestServer.Setup.demo().withOrigins("https://chat.example").start();
        locked = TestServer.Setup.demo()
                .withKeys("first-secret", "second-secret")
                .start();
        impatient = TestServer.Setup.demo().withTimes(Duration.ofSeconds(1)).start();
    }

    @AfterAll
    static void stop() {
        open.close();
        locked.close();
        impatient.close();
    }

    /// Sends a request that closes its connection, and returns the whole reply.
    private static String reply(TestServer server, String request) throws IOException {
        ByteArrayOutputStream reply = new ByteArrayOutputStream();
        try (Socket socket = server.raw(request)) {
            socket.getInputStream().transferTo(reply);
        } catch (SocketException e) {
            // A server that has read enough closes; what it said before may be lost on the way.
        }
        return reply.toString(StandardCharsets.UTF_8);
    }

    private static String models(String headers) throws IOException {
        return reply(open, "GET /v1/models HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n");
    }

    private static boolean isRefused(String reply) {
        return reply.isEmpty() || (reply.startsWith("HTTP/1.1 4") && reply.contains("{\"error\":{\"message\":"));
    }

    @Nested
    class Pages {
        @ParameterizedTest
        @ValueSource(strings = {"localhost", "localhost:1", "127.0.0.1:8080", "[::1]:8080", "TINY.example"})
        void mayUseTheServersNames(String host) throws IOException {
            assertThat(models("Host: " + host + "\r\n")).startsWith("HTTP/1.1 200 ");
        }

        @ParameterizedTest
        @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8080", "10.0.0.1"})
        void mayNotPointTheirOwnNameHere(String host) throws IOException {
            assertThat(models("Host: " + host + "\r\n"))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("\"type\":\"permission_error\"");
        }

        @Test
        void mayNotLeaveTheNameOut() throws IOException {
            assertThat(models("")).startsWith("HTTP/1.1 400 ").contains("{\"error\":{\"message\":");
            assertThat(models("Host: localhost\r\nHost: evil.example\r\n")).startsWith("HTTP/1.1 400 ");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "http://evil.example",
                    "null",
                    "http://localhost:1",
                    "http://localhost.evil.example",
                    "file://"
                })
        void ofElsewhereMayNotAsk(String origin) throws IOException {
            assertThat(models("Host: localhost:9\r\nOrigin: " + origin + "\r\n"))
                    .startsWith("HTTP/1.1 403 ")
                    .doesNotContainIgnoringCase("access-control-allow-origin");
        }

        @Test
        void ofTheServerMayAsk() throws IOException {
            assertThat(models("Host: localhost:9\r\nOrigin: http://localhost:9\r\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .doesNotContainIgnoringCase("access-control-allow-origin");
        }

        @Test
        void thatAreAllowedAreToldSo() throws IOException {
            assertThat(models("Host: localhost\r\nOrigin: https://chat.example\r\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("access-control-allow-origin: https://chat.example\r\n");
            String preflight = reply(
                    open,
                    String.join(
                            "\r\n",
                            "OPTIONS /v1/chat/completions HTTP/1.1",
                            "Host: localhost",
                            "Origin: https://chat.example",
                            "Access-Control-Request-Method: POST",
                            "Connection: close",
                            "",
                            ""));
            assertThat(preflight)
                    .startsWith("HTTP/1.1 204 ")
                    .containsIgnoringCase("access-control-allow-headers: Authorization, Content-Type\r\n");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""})
        void canNotPostWhatABrowserSendsWithoutAsking(String type) throws Exception {
            HttpRequest.Builder request = open.request("/v1/chat/completions");
            if (!type.isEmpty()) {
                request.header("Content-Type", type);
            }
            HttpResponse<String> response = open.send(
                    request.POST(HttpRequest.BodyPublishers.ofString(CHAT)).build());

            assertThat(response.statusCode()).isEqualTo(415);
            assertThat(response.body()).contains("application/json");
        }
    }

    @Nested
    class Keys {
        @ParameterizedTest
        @CsvSource({
            "Bearer first-secret, 200",
            "bearer second-secret, 200",
            "Bearer first-secre, 401",
            "Bearer first-secret2, 401",
            "Bearer , 401",
            "Basic first-secret, 401",
        })
        void open(String authorization, int status) throws Exception {
            HttpResponse<String> response = locked.send(locked.request("/v1/chat/completions")
                    .header("Content-Type", "application/json")
                    .header("Authorization", authorization)
                    .POST(HttpRequest.BodyPublishers.ofString(CHAT))
                    .build());

            assertThat(response.statusCode()).isEqualTo(status);
            if (status == 401) {
                assertThat(response.body())
                        .contains("\"type\":\"authentication_error\"", "\"code\":\"invalid_api_key\"");
                assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
            }
        }

        @Test
        void areAskedForEverywhereButForHealth() throws Exception {
            assertThat(locked.get("/v1/models").statusCode()).isEqualTo(401);
            assertThat(locked.get("/v1/models/tiny").statusCode()).isEqualTo(401);
            assertThat(locked.post("/v1/completions", "{").statusCode()).isEqualTo(401);
            assertThat(locked.get("/health").body()).isEqualTo("{\"status\":\"ok\"}");
        }

        @Test
        void areNeededWhereOthersCanReachTheServer() {
            HttpOptions options = new HttpOptions(
                    "0.0.0.0",
                    0,
                    ApiKeys.NONE,
                    new OriginPolicy(List.of(), List.of()),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1));

            assertThatThrownBy(() -> LillaServer.start(
                            options,
                            new dev.lilla.serve.host.OneModel(open.model()),
                            AnswerOptions.defaults(),
                            TestServer.Setup.demo().library()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("LILLA_API_KEY");
        }

        @ParameterizedTest
        @ValueSource(strings = {"0.0.0.0", "127.0.0.1", "localhost"})
        void areAskedForAtAnAddressThatTheServerTakesForItsOwn(String host) throws Exception {
            HttpOptions options = new HttpOptions(
                    host,
                    0,
                    ApiKeys.of(List.of("first-secret")),
                    new OriginPolicy(List.of(), List.of()),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(1));
            Route any = Route.openAi("GET", "/any", exchange -> exchange.sendNothing());
            try (HttpServer server = HttpServer.start(options, List.of(any), new ServerMetrics());
                    HttpClient client = HttpClient.newHttpClient()) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "/any"))
                        .build();
                assertThat(client.send(request, HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(401);
            }
        }

        @Test
        void areNotGuessable() {
            assertThatThrownBy(() -> ApiKeys.of(List.of("short")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("8 characters");
        }
    }

    @Nested
    class Limits {
        @Test
        void ofABodyAnnouncedOrNot() throws Exception {
            byte[] body = new byte[(16 << 20) + 1];
            for (HttpRequest.BodyPublisher publisher : List.of(
                    HttpRequest.BodyPublishers.ofByteArray(body),
                    HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))) {
                HttpResponse<String> response = open.send(open.request("/v1/completions")
                        .header("Content-Type", "application/json")
                        .POST(publisher)
                        .build());
                assertThat(response.statusCode()).isEqualTo(413);
                assertThat(response.body()).contains("\"type\":\"invalid_request_error\"");
            }
        }

        @Test
        void ofHeaders() throws IOException {
            assertThat(models("Host: localhost\r\nX-Long: " + "a".repeat(20_000) + "\r\n"))
                    .matches(SafetyTest::isRefused);
            assertThat(reply(open, "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .matches(SafetyTest::isRefused);
        }

        @Test
        void ofTheTimeThatARequestTakesToArrive() throws Exception {
            for (String part : List.of(
                    "GET /hea",
                    "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Ty",
                    "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")) {
                try (Socket socket = impatient.raw(part)) {
                    OutputStream out = socket.getOutputStream();
                    assertThat(isClosedWhileSending(socket, out)).as(part).isTrue();
                }
            }
        }

        /// Sends a byte now and then, each within the time that the socket waits for one.
        private static boolean isClosedWhileSending(Socket socket, OutputStream out) throws Exception {
            socket.setSoTimeout(200);
            for (int i = 0; i < 300; i++) {
                try {
                    out.write('a');
                    out.flush();
                    if (socket.getInputStream().read() < 0) {
                        return true;
                    }
                } catch (SocketTimeoutException e) {
                    // Still open.
                } catch (IOException e) {
                    return true;
                }
            }
            return false;
        }
    }

    @Nested
    class Paths {
        @Test
        void thatAreUnknown() throws Exception {
            HttpResponse<String> openAi = open.get("/v1/nothing");
            assertThat(openAi.statusCode()).isEqualTo(404);
            assertThat(openAi.body()).contains("\"type\":\"not_found_error\"");
            assertThat(open.get("/api/nothing").body()).startsWith("{\"error\":\"");
            assertThat(open.get("/v1/models/../../etc/passwd").statusCode()).isIn(400, 404);
        }

        @Test
        void thatTakeAnotherMethod() throws Exception {
            HttpResponse<String> response = open.get("/v1/chat/completions");
            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow")).contains("POST");
        }

        @Test
        void carryAnIdOfTheRequest() throws Exception {
            assertThat(open.get("/health").headers().firstValue("x-request-id").orElse(""))
                    .startsWith("req_");
        }
    }
}
