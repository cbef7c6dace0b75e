package dev.lilla.serve;

import dev.lilla.ProjectFolder;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.hub.HubOptions;
import dev.lilla.serve.host.AdapterShelf;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.HostingOptions;
import dev.lilla.serve.host.OneModel;
import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.OriginPolicy;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A real server on a free port, and a client of it.
public final class TestServer implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final LocalModel local;
    private final HostedModel model;
    private final LillaServer server;

    private TestServer(LocalModel local, HostedModel model, LillaServer server) {
        this.local = local;
        this.model = model;
        this.server = server;
    }

    /// How a server is set up, with what tests want to be different.
    record Setup(
            Path model,
            ApiKeys keys,
            List<String> origins,
            SchedulerOptions scheduler,
            Duration times,
            ModelLibrary library,
            LocalModelOptions options) {
        static Setup demo() {
            return new Setup(
                    ProjectFolder.demoModel(),
                    ApiKeys.NONE,
                    List.of(),
                    SchedulerOptions.defaults(),
                    Duration.ofSeconds(30),
                    noLibrary(),
                    LocalModelOptions.defaults());
        }

        Setup withModel(Path value) {
            return new Setup(value, keys, origins, scheduler, times, library, options);
        }

        Setup withKeys(String... values) {
            return new Setup(model, ApiKeys.of(List.of(values)), origins, scheduler, times, library, options);
        }

        Setup withKeys(ApiKeys value) {
            return new Setup(model, value, origins, scheduler, times, library, options);
        }

        Setup withOrigins(String... values) {
            return new Setup(model, keys, List.of(values), scheduler, times, library, options);
        }

        Setup withScheduler(SchedulerOptions value) {
            return new Setup(model, keys, origins, value, times, library, options);
        }

        /// @param value for a request to arrive, between pings, and for answers when the server stops
        Setup withTimes(Duration value) {
            return new Setup(model, keys, origins, scheduler, value, library, options);
        }

        Setup withLibrary(ModelLibrary value) {
            return new Setup(model, keys, origins, scheduler, times, value, options);
        }

        Setup withOptions(LocalModelOptions value) {
            return new Setup(model, keys, origins, scheduler, times, library, value);
        }

        /// An empty store and a hub that nobody answers for.
        private static ModelLibrary noLibrary() {
            return new ModelLibrary(
                    ModelStore.open(Path.of("target", "no-store")),
                    new HubOptions(
                            URI.create("http://127.0.0.1:9"), null, Duration.ofMillis(1), 1, Duration.ofMillis(1)));
        }

        TestServer start() throws IOException {
            return start(AdapterShelf.EMPTY);
        }

        TestServer start(AdapterShelf shelf) throws IOException {
            LocalModel local = LocalModel.open(model, options);
            HostedModel hosted = HostedModel.start("tiny", local, new HostingOptions(4096, scheduler, List.of()));
            HttpOptions http = new HttpOptions(
                    "127.0.0.1", 0, keys, new OriginPolicy(List.of("tiny.example"), origins), times, times);
            AnswerOptions answers = AnswerOptions.defaults().withPing(times);
            return new TestServer(
                    local, hosted, LillaServer.start(http, new OneModel(hosted), answers, library, shelf));
        }
    }

    public static TestServer start() throws IOException {
        return Setup.demo().start();
    }

    /// The model, for what can be asked while no text is written.
    LocalModel local() {
        return local;
    }

    HostedModel model() {
        return model;
    }

    public int port() {
        return server.port();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.address() + path)).timeout(Duration.ofMinutes(2));
    }

    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET().build());
    }

    public HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /// The reply to a request that is to succeed.
    public JsonNode ask(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = post(path, body);
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return json(response.body());
    }

    /// The chunks of a stream, whose frames are held against the contract to the byte; the last one says `[DONE]`.
    public List<JsonNode> stream(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = post(path, body);
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (response.statusCode() != 200 || !type.startsWith("text/event-stream")) {
            throw new AssertionError(response.statusCode() + " " + type + " " + response.body());
        }
        List<JsonNode> chunks = new ArrayList<>();
        String rest = response.body();
        while (!rest.equals("data: [DONE]\n\n")) {
            int end = rest.indexOf("\n\n");
            String frame = rest.substring(0, Math.max(0, end));
            if (!frame.equals(": ping")) {
                if (!frame.startsWith("data: {") || frame.contains("\n")) {
                    throw new AssertionError("no frame: " + rest);
                }
                chunks.add(json(frame.substring("data: ".length())));
            }
            rest = rest.substring(end + 2);
        }
        return chunks;
    }

    /// The lines of a stream as Ollama writes it.
    public List<JsonNode> lines(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> response = post(path, body);
        String type = response.headers().firstValue("Content-Type").orElse("");
        if (response.statusCode() != 200
                || !type.equals("application/x-ndjson")
                || !response.body().endsWith("}\n")) {
            throw new AssertionError(response.statusCode() + " " + type + " " + response.body());
        }
        return response.body().lines().map(TestServer::json).toList();
    }

    /// Sends bytes as they are, for clients that no library would be.
    Socket raw(String request) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(60_000);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
        return socket;
    }

    /// A POST of JSON as bytes.
    static String rawPost(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    public static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Override
    public void close() {
        server.close();
        client.close();
    }
}
