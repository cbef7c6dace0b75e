package dev.lilla.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Measures a running server that speaks OpenAI's API, by streams of `/v1/completions`: Lilla's, or llama.cpp's.
///
/// `ServerLoad URL [--streams 1,4,16,64] [--requests N] [--prompt TOKENS] [--shared TOKENS] [--tokens N] [--vocab
/// N] [--model NAME] [--key KEY] [--server-pid PID]`. Prompts are random token ids, the same for every server,
/// whose first `shared` ids are equal; each stream sends `requests` of them one after the other. With the process
/// id of a `lilla serve` of this machine, a second table says what the server's own work takes beside the model's.
public final class ServerLoad {
    /// Below are special tokens and bytes in most vocabularies.
    private static final int FIRST_ID = 300;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI address;
    private final Map<String, String> options;

    private ServerLoad(URI address, Map<String, String> options) {
        this.address = address;
        this.options = options;
    }

    /// Times of one answer, in nanoseconds.
    ///
    /// @param firstToken from the request to the first text
    /// @param gaps between pieces of text
    private record Answer(long firstToken, List<Long> gaps, long completionTokens) {}

    public static void main(String[] arguments) throws InterruptedException, ExecutionException, IOException {
        if (arguments.length == 0 || arguments.length % 2 == 0) {
            System.err.println("ServerLoad URL [--streams 1,4,16,64] [--requests 4] [--prompt 512] [--shared 256] "
                    + "[--tokens 64] [--vocab 30000] [--model NAME] [--key KEY] [--server-pid PID]");
            System.exit(2);
        }
        Map<String, String> options = new HashMap<>();
        for (int i = 1; i < arguments.length; i += 2) {
            options.put(arguments[i], arguments[i + 1]);
        }
        ServerLoad load = new ServerLoad(URI.create(arguments[0] + "/v1/completions"), options);
        int[] streams = Arrays.stream(
                        options.getOrDefault("--streams", "1,4,16,64").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        System.out.println("| streams | tokens/s | first token, ms: p50, p95 | between tokens, ms: p50, p95 |");
        System.out.println("| --- | --- | --- | --- |");
        List<String> overheads = new ArrayList<>();
        for (int count : streams) {
            Optional<ServerWork> before = load.work();
            load.measure(count);
            Optional<ServerWork> after = load.work();
            before.ifPresent(
                    work -> overheads.add(overhead(count, after.orElseThrow().since(work))));
        }
        if (!overheads.isEmpty()) {
            System.out.println();
            System.out.println(
                    "| streams | steps | processor time a step, µs: model, server, JIT, other | server/model |");
            System.out.println("| --- | --- | --- | --- |");
            overheads.forEach(System.out::println);
        }
    }

    private Optional<ServerWork> work() throws IOException, InterruptedException {
        String pid = options.get("--server-pid");
        return pid == null
                ? Optional.empty()
                : Optional.of(ServerWork.of(Long.parseLong(pid), address, options.getOrDefault("--key", "")));
    }

    private static String overhead(int streams, ServerWork work) {
        return String.format(
                Locale.ROOT,
                "| %d | %d | %.0f, %.0f, %.0f, %.0f | %.1f %% |",
                streams,
                work.steps(),
                work.microsPerStep(ServerWork.Kind.MODEL),
                work.microsPerStep(ServerWork.Kind.SERVING),
                work.microsPerStep(ServerWork.Kind.COMPILING),
                work.microsPerStep(ServerWork.Kind.OTHER),
                100 * work.overhead());
    }

    private int number(String option, int otherwise) {
        return Integer.parseInt(options.getOrDefault(option, Integer.toString(otherwise)));
    }

    private void measure(int streams) throws InterruptedException, ExecutionException {
        int requests = number("--requests", 4);
        List<Answer> answers = new ArrayList<>();
        long began = System.nanoTime();
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Answer>>> running = new ArrayList<>();
            for (int stream = 0; stream < streams; stream++) {
                long first = 1_000_003L * streams + (long) stream * requests;
                running.add(clients.submit(() -> {
                    List<Answer> own = new ArrayList<>();
                    for (int i = 0; i < requests; i++) {
                        own.add(ask(first + i));
                    }
                    return own;
                }));
            }
            for (Future<List<Answer>> stream : running) {
                answers.addAll(stream.get());
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        long tokens = answers.stream().mapToLong(Answer::completionTokens).sum();
        long[] firsts = answers.stream().mapToLong(Answer::firstToken).sorted().toArray();
        long[] gaps = answers.stream()
                .flatMap(answer -> answer.gaps().stream())
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        System.out.printf(
                "| %d | %.1f | %.0f, %.0f | %.1f, %.1f |%n",
                streams,
                tokens / seconds,
                millis(firsts, 0.5),
                millis(firsts, 0.95),
                millis(gaps, 0.5),
                millis(gaps, 0.95));
    }

    /// A quantile by the nearest rank; not a number where there are no values.
    private static double millis(long[] sorted, double quantile) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1, Math.ceil(quantile * sorted.length) - 1)] / 1e6;
    }

    private Answer ask(long seed) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .timeout(Duration.ofHours(1))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body(seed)));
        if (options.containsKey("--key")) {
            request.header("Authorization", "Bearer " + options.get("--key"));
        }
        long began = System.nanoTime();
        HttpResponse<Stream<String>> response = client.send(request.build(), HttpResponse.BodyHandlers.ofLines());
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "status " + response.statusCode() + ": " + String.join(" ", lines.toList()));
            }
            return read(lines, began);
        }
    }

    private static Answer read(Stream<String> lines, long began) {
        List<Long> times = new ArrayList<>();
        long[] tokens = {0};
        lines.filter(line -> line.startsWith("data: {")).forEach(line -> {
            JsonNode event = JSON.readTree(line.substring("data: ".length()));
            if (!event.at("/choices/0/text").asString("").isEmpty()) {
                times.add(System.nanoTime());
            }
            if (event.at("/usage/completion_tokens").isNumber()) {
                tokens[0] = event.at("/usage/completion_tokens").asLong();
            }
        });
        List<Long> gaps = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            gaps.add(times.get(i) - times.get(i - 1));
        }
        long first = times.isEmpty() ? System.nanoTime() : times.getFirst();
        return new Answer(first - began, gaps, tokens[0]);
    }

    private String body(long seed) {
        int vocab = number("--vocab", 30_000);
        int shared = number("--shared", 256);
        int length = number("--prompt", 512);
        ObjectNode body = JSON.createObjectNode();
        if (options.containsKey("--model")) {
            body.put("model", options.get("--model"));
        }
        ArrayNode prompt = body.putArray("prompt");
        RandomGenerator same = generator(0);
        RandomGenerator own = generator(seed + 1);
        for (int i = 0; i < length; i++) {
            prompt.add((i < shared ? same : own).nextInt(FIRST_ID, vocab));
        }
        body.put("max_tokens", number("--tokens", 64)).put("temperature", 0.8).put("seed", seed);
        body.put("stream", true).putObject("stream_options").put("include_usage", true);
        return JSON.writeValueAsString(body);
    }

    private static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
