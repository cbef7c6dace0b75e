package dev.lilla.serve;

import dev.lilla.serve.host.AdapterShelf;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.HttpServer;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.metrics.ServerMetrics;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.text.AnswerOptions;
import java.util.List;

/// Models, and the APIs they are reached by.
public final class LillaServer implements AutoCloseable {
    private final HttpServer http;
    private final ModelHost host;
    private boolean isClosed;

    private LillaServer(HttpServer http, ModelHost host) {
        this.http = http;
        this.host = host;
    }

    /// Starts to answer; no adapters can be loaded while it runs.
    public static LillaServer start(HttpOptions http, ModelHost host, AnswerOptions answers, ModelLibrary library) {
        return start(http, host, answers, library, AdapterShelf.EMPTY);
    }

    /// Starts to answer.
    ///
    /// @param host closed with this; if the server can't start, it stays its owner's
    /// @param library where clients with the right to do so get models from
    /// @param shelf of adapters that can be loaded while it runs
    /// @throws IllegalArgumentException if the address is not to be had, or is open to others without a key
    public static LillaServer start(
            HttpOptions http, ModelHost host, AnswerOptions answers, ModelLibrary library, AdapterShelf shelf) {
        return prepare(host, answers, library, shelf).start(http);
    }

    /// Makes what a server answers with, the files of its page above all. That takes a while, in which its models can
    /// be loaded.
    ///
    /// @param host as for [#start]
    public static Prepared prepare(ModelHost host, AnswerOptions answers, ModelLibrary library, AdapterShelf shelf) {
        ServerMetrics metrics = new ServerMetrics();
        return new Prepared(host, Routes.of(host, answers, library, shelf, metrics), metrics);
    }

    /// A server that nobody can reach yet.
    public static final class Prepared {
        private final ModelHost host;
        private final List<Route> routes;
        private final ServerMetrics metrics;

        private Prepared(ModelHost host, List<Route> routes, ServerMetrics metrics) {
            this.host = host;
            this.routes = routes;
            this.metrics = metrics;
        }

        /// Starts to answer.
        ///
        /// @throws IllegalArgumentException if the address is not to be had, or is open to others without a key
        public LillaServer start(HttpOptions http) {
            return new LillaServer(HttpServer.start(http, routes, metrics), host);
        }
    }

    /// Where it can be asked from this machine: `http://127.0.0.1:8080`.
    public String address() {
        return http.address();
    }

    public int port() {
        return http.port();
    }

    /// Takes no more requests, lets running answers finish within the grace period, and frees the models.
    ///
    /// Whoever closes it again waits until that is done.
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            http.close();
        } finally {
            host.close();
        }
    }
}
