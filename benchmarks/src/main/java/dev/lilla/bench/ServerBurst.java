package dev.lilla.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Measures how soon a server answers requests that come all at once, while it writes: those that find no place in its
/// queue (those that find one are not timed), and for comparison as many questions for its health.
///
/// `ServerBurst URL [REQUESTS [ROUNDS]]`, to a server that is started with `--parallel 1 --queue 4` and serves one
/// model. One thread opens all connections and reads all answers, so that the client takes little of the machine.
public final class ServerBurst {
    private static final int PLACES = 5;
    private static final String BODY = "{\"prompt\":\"" + "Tell me more. ".repeat(10) + "\",\"max_tokens\":400}";

    private static final Question HEALTH = new Question("GET", "/health", "", 200);
    private static final Question WORK = new Question("POST", "/v1/completions", BODY, 429);

    private final URI address;

    /// What is asked, and the status of the answers that are timed.
    private record Question(String method, String path, String body, int timed) {}

    private ServerBurst(URI address) {
        this.address = address;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 0 || arguments.length > 3) {
            System.err.println("ServerBurst URL [REQUESTS [ROUNDS]]");
            System.exit(2);
        }
        int requests = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 200;
        int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
        ServerBurst burst = new ServerBurst(URI.create(arguments[0]));
        burst.occupy();
        System.out.println("| round | asked | statuses | p50, ms | p95, ms | longest, ms |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        for (int round = 1; round <= rounds; round++) {
            burst.measure(round, HEALTH, requests);
            burst.measure(round, WORK, requests);
        }
        // The texts that keep the server busy end with their connections.
        System.exit(0);
    }

    /// Takes all places of the server with long texts.
    private void occupy() throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(address.resolve("/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
        for (int i = 0; i < PLACES; i++) {
            var _ = client.sendAsync(request, HttpResponse.BodyHandlers.discarding());
        }
        Thread.sleep(1_000);
    }

    /// One request: when it was begun, and how it was answered.
    private static final class Ask {
        private final long begun = System.nanoTime();
        private final StringBuilder head = new StringBuilder();
        private long answered;
    }

    private void measure(int round, Question question, int requests) throws IOException, InterruptedException {
        byte[] request = request(question);
        Map<Integer, Integer> statuses = new TreeMap<>();
        double[] millis = new double[requests];
        int timed = 0;
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < requests; i++) {
                Ask ask = new Ask();
                SocketChannel channel = SocketChannel.open(new InetSocketAddress(address.getHost(), address.getPort()));
                channel.write(ByteBuffer.wrap(request));
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ, ask);
            }
            for (int done = 0; done < requests; ) {
                selector.select(10_000);
                if (selector.selectedKeys().isEmpty()) {
                    throw new IOException(
                            (requests - done) + " requests to " + question.path() + " have no answer after 10 s");
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    if (read(key)) {
                        done++;
                        Ask ask = (Ask) key.attachment();
                        int status = status(ask);
                        statuses.merge(status, 1, Integer::sum);
                        if (status == question.timed()) {
                            millis[timed++] = (ask.answered - ask.begun) / 1e6;
                        }
                    }
                }
                selector.selectedKeys().clear();
            }
        }
        if (timed == 0) {
            throw new IOException(question.path() + " gave no status " + question.timed() + ", found " + statuses);
        }
        Arrays.sort(millis, 0, timed);
        System.out.printf(
                Locale.ROOT,
                "| %d | %s | %s | %.1f | %.1f | %.1f |%n",
                round,
                question.path(),
                statuses,
                millis[timed / 2],
                millis[timed * 95 / 100],
                millis[timed - 1]);
        Thread.sleep(200);
    }

    private byte[] request(Question question) {
        String body = question.body();
        String content =
                body.isEmpty() ? "" : "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n";
        String head = question.method() + " " + question.path() + " HTTP/1.1\r\nHost: " + address.getAuthority()
                + "\r\nConnection: close\r\n" + content + "\r\n";
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    /// @return whether the answer has ended
    private static boolean read(SelectionKey key) throws IOException {
        Ask ask = (Ask) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        int count = channel.read(buffer);
        if (ask.answered == 0) {
            ask.answered = System.nanoTime();
            ask.head.append(StandardCharsets.US_ASCII.decode(buffer.flip()));
        }
        if (count < 0) {
            channel.close();
        }
        return count < 0;
    }

    private static int status(Ask ask) {
        String[] words = ask.head.toString().split(" ", 3);
        return words.length < 2 ? 0 : Integer.parseInt(words[1]);
    }
}
