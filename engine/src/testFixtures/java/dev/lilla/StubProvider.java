package dev.lilla;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A provider of models on a free port of this machine, which speaks OpenAI's and Anthropic's wire formats. It
/// answers by a rule, word by word, or sends what a test lines up, and keeps all that it was asked.
public final class StubProvider implements AutoCloseable {
    /// The key that it takes.
    public static final String KEY = "sk-Stub-0123456789abcdef";

    private static final int PROMPT_TOKENS = 10;

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final UnaryOperator<String> rule;
    private final Deque<Reply> lined = new ArrayDeque<>();
    private final List<Asked> asked = new ArrayList<>();

    /// A request.
    ///
    /// @param headers by their names in small letters
    public record Asked(String path, Map<String, String> headers, JsonNode body) {
        /// What the last turn says.
        public String question() {
            JsonNode messages = body.path("messages");
            return messages.path(messages.size() - 1).path("content").asString("");
        }
    }

    /// What is sent in place of an answer.
    ///
    /// @param isLeftOpen whether the connection stays open behind it, in silence
    public record Reply(int status, Map<String, String> headers, String body, boolean isLeftOpen) {
        /// An error with a body of JSON.
        public static Reply error(int status, String body) {
            return new Reply(status, Map.of("Content-Type", "application/json"), body, false);
        }

        /// A stream of events.
        public static Reply stream(String body) {
            return new Reply(200, Map.of("Content-Type", "text/event-stream; charset=utf-8"), body, false);
        }

        public Reply with(String header, String value) {
            Map<String, String> more = new TreeMap<>(headers);
            more.put(header, value);
            return new Reply(status, more, body, isLeftOpen);
        }

        public Reply leftOpen() {
            return new Reply(status, headers, body, true);
        }
    }

    private StubProvider(HttpServer server, UnaryOperator<String> rule) {
        this.server = server;
        this.rule = rule;
    }

    /// @param rule from the last turn of a conversation to its answer
    public static StubProvider start(UnaryOperator<String> rule) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            StubProvider stub = new StubProvider(server, rule);
            server.setExecutor(stub.threads);
            server.createContext("/", stub::handle);
            server.start();
            return stub;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `http://127.0.0.1:PORT`
    public URI address() {
        return URI.create("http://" + host());
    }

    public String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /// Lines up what is sent next, before any answer of the rule.
    public synchronized StubProvider next(Reply reply) {
        lined.add(reply);
        return this;
    }

    /// All requests so far.
    public synchronized List<Asked> asked() {
        return List.copyOf(asked);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Asked request = new Asked(
                    exchange.getRequestURI().getPath(),
                    headers,
                    JsonMapper.shared().readTree(body));
            send(exchange, reply(request));
        }
    }

    private synchronized Reply reply(Asked request) {
        asked.add(request);
        if (!lined.isEmpty()) {
            return lined.remove();
        }
        String key = request.headers().getOrDefault("x-api-key", "")
                + request.headers().getOrDefault("authorization", "").replace("Bearer ", "");
        if (!key.equals(KEY)) {
            return Reply.error(
                    401, "{\"error\": {\"type\": \"authentication_error\", \"message\": \"no key " + key + "\"}}");
        }
        return switch (request.path()) {
            case "/v1/chat/completions" -> Reply.stream(openAi(rule.apply(request.question())));
            case "/v1/messages" -> Reply.stream(anthropic(rule.apply(request.question())));
            default -> Reply.error(404, "{\"error\": {\"type\": \"not_found_error\"}}");
        };
    }

    private static void send(HttpExchange exchange, Reply reply) throws IOException {
        reply.headers().forEach(exchange.getResponseHeaders()::add);
        exchange.sendResponseHeaders(reply.status(), 0);
        OutputStream out = exchange.getResponseBody();
        out.write(reply.body().getBytes(StandardCharsets.UTF_8));
        out.flush();
        if (reply.isLeftOpen()) {
            try {
                Thread.sleep(Long.MAX_VALUE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// An answer as OpenAI streams it: one token a word.
    public static String openAi(String text) {
        StringBuilder stream = new StringBuilder(": ping\n\n");
        stream.append(openAiChunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        words(text).forEach(word -> stream.append(openAiChunk("{\"content\":" + quoted(word) + "}", "null")));
        stream.append(openAiChunk("{}", "\"stop\""));
        stream.append("data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":")
                .append(PROMPT_TOKENS)
                .append(",\"completion_tokens\":")
                .append(words(text).size())
                .append(",\"total_tokens\":99,\"prompt_tokens_details\":{\"cached_tokens\":2}}}\n\n");
        return stream.append("data: [DONE]\n\n").toString();
    }

    /// @param reason JSON of `finish_reason`
    public static String openAiChunk(String delta, String reason) {
        return "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":" + delta
                + ",\"finish_reason\":" + reason + "}],\"usage\":null}\n\n";
    }

    /// An answer as Anthropic streams it: one token a word.
    public static String anthropic(String text) {
        StringBuilder stream = new StringBuilder();
        stream.append(event(
                "message_start",
                "{\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":" + PROMPT_TOKENS
                        + ",\"cache_read_input_tokens\":3,\"output_tokens\":1}}}"));
        stream.append(
                event("content_block_start", "{\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}"));
        stream.append(event("ping", "{}"));
        for (String word : words(text)) {
            stream.append(event(
                    "content_block_delta",
                    "{\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":" + quoted(word) + "}}"));
        }
        stream.append(event("content_block_stop", "{\"index\":0}"));
        stream.append(event(
                "message_delta",
                "{\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":"
                        + words(text).size() + "}}"));
        return stream.append(event("message_stop", "{}")).toString();
    }

    /// @param fields JSON of all but the type
    public static String event(String type, String fields) {
        ObjectNode data = (ObjectNode) JsonMapper.shared().readTree(fields);
        return "event: " + type + "\ndata: " + data.put("type", type) + "\n\n";
    }

    private static List<String> words(String text) {
        return List.of(text.split("(?= )"));
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
