package dev.lilla.serve;

import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.HttpServer;
import dev.lilla.serve.http.Json;
import dev.lilla.serve.http.LoopbackPost;
import dev.lilla.serve.http.OriginPolicy;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.metrics.ServerMetrics;
import dev.lilla.serve.openai.CompletionsEndpoint;
import dev.lilla.serve.text.AnswerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Takes a server's requests through their whole way before clients do: a JVM that has just started interprets, and two
/// hundred clients at once would wait for it and for its compiler.
///
/// The requests go to a server of their own, which nobody else can know of, and which needs no key and counts
/// for itself. Most ask for a text of -1 tokens, which is refused as late as a request can be; what they have
/// in common with those of clients, connection, head, checks, JSON, model, failure and reply, is what a server
/// in haste does most. Then each model in memory writes short texts for a while: it would be compiled while the
/// first clients wait, on the processors that answer them.
public final class WarmUp {
    private static final System.Logger LOGGER = System.getLogger(WarmUp.class.getName());

    /// From here on the hot part is compiled: see the bursts in `benchmarks/README.md`.
    private static final int REQUESTS = 1_500;

    /// A slow machine has better to do than to go on.
    private static final Duration ASKING_MAX = Duration.ofSeconds(4);
    /// For each model.
    private static final Duration WRITING_MAX = Duration.ofSeconds(1);
    /// Few, so that a client of a model that writes one text at a time gets its turn.
    private static final int TOKENS = 8;
    /// Long enough for the kernels that read prompts.
    private static final String PROMPT = "Tell me more. ".repeat(12);
    private static final String PATH = "/v1/completions";
    private static final String NO_MODEL = "\u0000";
    private static final String REFUSED = "HTTP/1.1 4";
    private static final String WRITTEN = "HTTP/1.1 200 ";

    private final ModelHost host;
    private final Route route;

    /// @param host with the models that are to be warm in memory
    public WarmUp(ModelHost host, AnswerOptions answers) {
        this.host = host;
        this.route = Route.openAi("POST", PATH, new CompletionsEndpoint(host, answers.withTimeLimit(WRITING_MAX)));
    }

    /// Begins, on a thread that ends by itself within seconds.
    public void start() {
        Thread.ofPlatform().daemon().name("warm-up").start(() -> {
            try {
                ask(REQUESTS);
                write(WRITING_MAX);
            } catch (IOException | IllegalArgumentException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "the first clients will wait a little longer", e);
            }
            // What the start has made and is kept would be copied by each of the next collections.
            System.gc();
        });
    }

    /// Asks one request after the other for nothing, until the time is up.
    ///
    /// @return how many were refused as they should be
    /// @throws IllegalArgumentException if there is no port to be had
    int ask(int requests) throws IOException {
        String model =
                host.inMemory().stream().map(HostedModel::modelName).findFirst().orElse(NO_MODEL);
        long end = System.nanoTime() + ASKING_MAX.toNanos();
        int refused = 0;
        try (HttpServer server = server()) {
            for (int asked = 0; asked < requests && System.nanoTime() < end; asked++) {
                refused += send(server, model, -1).startsWith(REFUSED) ? 1 : 0;
            }
        }
        return refused;
    }

    /// Lets each model in memory write one text after the other for some time.
    ///
    /// @return how many were written
    /// @throws IllegalArgumentException if there is no port to be had
    int write(Duration each) throws IOException {
        int written = 0;
        try (HttpServer server = server()) {
            for (HostedModel model : host.inMemory()) {
                long end = System.nanoTime() + each.toNanos();
                boolean isWriting = true;
                while (isWriting && System.nanoTime() < end) {
                    isWriting = send(server, model.modelName(), TOKENS).startsWith(WRITTEN);
                    written += isWriting ? 1 : 0;
                }
            }
        }
        return written;
    }

    private HttpServer server() {
        HttpOptions options = new HttpOptions(
                "127.0.0.1", 0, ApiKeys.NONE, new OriginPolicy(List.of(), List.of()), ASKING_MAX, Duration.ZERO);
        return HttpServer.start(options, List.of(route), new ServerMetrics());
    }

    private static String send(HttpServer server, String model, int tokens) throws IOException {
        Map<String, Object> body =
                Map.of("model", model, "prompt", PROMPT, "max_tokens", tokens, "stream", true, "cache_prompt", false);
        return LoopbackPost.send(server.port(), PATH, Json.MAPPER.writeValueAsString(body));
    }
}
