package dev.lilla.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A hub on the loopback that speaks the real protocol, and misbehaves as a test asks it to.
final class StubHub implements AutoCloseable {
    private static final String PREFIX = "/me/tiny";

    private final HttpServer server;
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, ObjectNode> entries = new LinkedHashMap<>();
    private final Map<String, Deque<Answer>> answers = new LinkedHashMap<>();

    final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    int pageSize = Integer.MAX_VALUE;

    /// Sends something else than the file.
    interface Answer {
        void send(HttpExchange exchange, byte[] content) throws IOException;
    }

    /// What was asked for.
    record Request(String path, String range, String authorization) {}

    StubHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    StubHub withSmall(String path, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return with(path, bytes, entry(path, bytes));
    }

    StubHub withLarge(String path, byte[] bytes) {
        ObjectNode entry = entry(path, bytes);
        entry.putObject("lfs").put("oid", digest("SHA-256", bytes)).put("size", bytes.length);
        return with(path, bytes, entry);
    }

    private StubHub with(String path, byte[] bytes, ObjectNode entry) {
        files.put(path, bytes);
        entries.put(path, entry);
        return this;
    }

    /// The entry of a file in the listing, to be falsified.
    ObjectNode entry(String path) {
        return Objects.requireNonNull(entries.get(path));
    }

    /// Falsifies what the next request for a file brings; the one after it is answered as usual again.
    StubHub next(String path, Answer answer) {
        answers.computeIfAbsent(path, _ -> new ArrayDeque<>()).add(answer);
        return this;
    }

    StubHub next(String path, int times, Answer answer) {
        for (int i = 0; i < times; i++) {
            next(path, answer);
        }
        return this;
    }

    List<Request> requestsFor(String path) {
        return requests.stream()
                .filter(request -> request.path().endsWith("/" + path))
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /// Sends the file, or the part that was asked for.
    static void sendFile(HttpExchange exchange, byte[] content) throws IOException {
        int from = from(exchange);
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from == 0 ? -1 : content.length - from);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(content, from, content.length - from);
        }
    }

    /// Promises all of the file, sends `count` bytes of it and hangs up.
    static Answer dropAfter(int count) {
        return (exchange, content) -> {
            int from = from(exchange);
            if (from > 0) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, count);
            exchange.getResponseBody().flush();
            exchange.close();
        };
    }

    static Answer status(int status, String... headers) {
        return (exchange, _) -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        };
    }

    private static int from(HttpExchange exchange) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        return range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(new Request(
                path,
                exchange.getRequestHeaders().getFirst("Range"),
                exchange.getRequestHeaders().getFirst("Authorization")));
        if (path.startsWith("/api/models" + PREFIX + "/tree/")) {
            Deque<Answer> queued = answers.getOrDefault("tree", new ArrayDeque<>());
            if (queued.isEmpty()) {
                sendTree(exchange);
            } else {
                queued.remove().send(exchange, new byte[0]);
            }
            return;
        }
        String file = path.replaceFirst(PREFIX + "/resolve/[^/]+/", "");
        byte[] content = files.get(file);
        if (content == null) {
            status(404).send(exchange, new byte[0]);
            return;
        }
        Deque<Answer> queued = answers.getOrDefault(file, new ArrayDeque<>());
        Answer answer = queued.isEmpty() ? StubHub::sendFile : queued.remove();
        answer.send(exchange, content);
    }

    private void sendTree(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        int from = query.contains("cursor=") ? Integer.parseInt(query.replaceAll(".*cursor=(\\d+).*", "$1")) : 0;
        ArrayNode page = JsonMapper.shared().createArrayNode();
        page.addObject().put("type", "directory").put("path", "onnx");
        entries.values().stream().skip(from).limit(pageSize).forEach(page::add);
        int next = pageSize == Integer.MAX_VALUE ? Integer.MAX_VALUE : from + pageSize;
        if (next < entries.size()) {
            exchange.getResponseHeaders()
                    .set(
                            "Link",
                            "<" + address() + exchange.getRequestURI().getPath() + "?recursive=true&cursor=" + next
                                    + ">; rel=\"next\"");
        }
        byte[] body = JsonMapper.shared().writeValueAsBytes(page);
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static ObjectNode entry(String path, byte[] bytes) {
        byte[] header = ("blob " + bytes.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] blob = Arrays.copyOf(header, header.length + bytes.length);
        System.arraycopy(bytes, 0, blob, header.length, bytes.length);
        return JsonMapper.shared()
                .createObjectNode()
                .put("type", "file")
                .put("path", path)
                .put("size", bytes.length)
                .put("oid", digest("SHA-1", blob));
    }

    private static String digest(String algorithm, byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
