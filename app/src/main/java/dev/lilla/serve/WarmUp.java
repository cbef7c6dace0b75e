package dev.lilla.serve;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.HttpServer;
import dev.lilla.serve.http.LoopbackPost;
import dev.lilla.serve.http.OriginPolicy;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.http.Traffic;
import dev.lilla.serve.openai.CompletionsEndpoint;
import dev.lilla.serve.text.AnswerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Takes a server's requests through their whole way before clients do: a JVM that has just started interprets, and two
/// hundred clients at once would wait for it.
///
/// The requests go to a server of their own, which nobody else can know of, counts nothing and needs no key. They ask
/// for a model that there is not, so none works for them; what they have in common with those of clients, connection,
/// head, checks, JSON, failure and reply, is what a server in haste does most.
public final class WarmUp {
    private static final System.Logger LOGGER = System.getLogger(WarmUp.class.getName());

    /// From here on the hot part is compiled: see the bursts in `benchmarks/README.md`.
    private static final int REQUESTS = 1_500;

    /// A slow machine has better to do than to go on.
    private static final Duration TIME_MAX = Duration.ofSeconds(4);
    private static final String PATH = "/v1/completions";
    private static final String BODY = "{\"model\":\"\\u0000\",\"prompt\":\"Hello\",\"max_tokens\":8,\"stream\":true}";
    private static final String REFUSED = "HTTP/1.1 404 ";

    private final Route route;

    public WarmUp(ModelHost host, AnswerOptions answers) {
        this.route = Route.openAi("POST", PATH, new CompletionsEndpoint(host, answers));
    }

    /// Begins, on a thread that ends by itself within seconds.
    public void start() {
        Thread.ofPlatform().daemon().name("warm-up").start(() -> {
            try {
                ask(REQUESTS);
            } catch (IOException | IllegalArgumentException e) {
                LOGGER.log(System.Logger.Level.DEBUG, "the first clients will wait a little longer", e);
            }
        });
    }

    /// Asks one request after the other, until the time is up.
    ///
    /// @return how many were refused as they should be
    /// @throws IllegalArgumentException if there is no port to be had
    int ask(int requests) throws IOException {
        HttpOptions options = new HttpOptions(
                "127.0.0.1", 0, ApiKeys.NONE, new OriginPolicy(List.of(), List.of()), TIME_MAX, Duration.ZERO);
        long end = System.nanoTime() + TIME_MAX.toNanos();
        int refused = 0;
        try (HttpServer server = HttpServer.start(options, List.of(route), Traffic.NONE)) {
            for (int asked = 0; asked < requests && System.nanoTime() < end; asked++) {
                refused += LoopbackPost.send(server.port(), PATH, BODY).startsWith(REFUSED) ? 1 : 0;
            }
        }
        return refused;
    }
}
