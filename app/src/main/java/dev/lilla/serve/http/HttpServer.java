package dev.lilla.serve.http;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Listens for HTTP/1.1 and answers each request on a virtual thread: the one class that sets Helidon up.
public final class HttpServer implements AutoCloseable {
    private static final int REQUEST_LINE_BYTES_MAX = 4 << 10;
    private static final int HEADER_BYTES_MAX = 16 << 10;
    /// Idle connections cost a virtual thread and a few buffers; a bound keeps a flood from taking all descriptors.
    private static final int CONNECTIONS_MAX = 2_000;

    private final WebServer server;
    private final String host;

    private HttpServer(WebServer server, String host) {
        this.server = server;
        this.host = host;
    }

    /// Starts to listen.
    ///
    /// @throws IllegalArgumentException if others could reach it and there is no key, or the address is not to be
    ///     had
    public static HttpServer start(HttpOptions options, List<Route> routes, Traffic traffic) {
        requireKeyOffLoopback(options);
        Http1Config http = Http1Config.builder()
                .maxPrologueLength(REQUEST_LINE_BYTES_MAX)
                .maxHeadersSize(HEADER_BYTES_MAX)
                .continueImmediately(true)
                .build();
        Http1ConnectionSelector selector =
                Http1ConnectionSelector.builder().config(http).build();
        Dispatcher dispatcher = new Dispatcher(routes, options.origins(), options.keys(), traffic);
        WebServer server = WebServer.builder()
                .host(options.host())
                .port(options.port())
                .shutdownHook(false)
                .shutdownGracePeriod(options.grace())
                .maxTcpConnections(CONNECTIONS_MAX)
                // Its sockets have read timeouts that a reader may outlive; those of NIO do not.
                .useNio(false)
                .connectionOptions(SocketOptions.builder()
                        .readTimeout(options.requestTime())
                        .tcpNoDelay(true)
                        .build())
                .protocolsDiscoverServices(false)
                .addConnectionSelector(new WatchedConnections(selector, options.requestTime()))
                .directHandlers(directHandlers())
                .routing(HttpRouting.builder().any(dispatcher))
                .build();
        try {
            server.start();
        } catch (RuntimeException e) {
            throw refused(options, rootMessage(e), e);
        }
        // The web server writes of a port that it does not get into its log, and says nothing else.
        if (server.port() < 1) {
            throw refused(options, "the port was not to be had", null);
        }
        return new HttpServer(server, reachable(options.host()));
    }

    /// The host itself, or where it stands for every address of this machine, one that a request can name.
    private static String reachable(String host) {
        try {
            return InetAddress.getByName(host).isAnyLocalAddress() ? "127.0.0.1" : host;
        } catch (UnknownHostException e) {
            return host;
        }
    }

    private static IllegalArgumentException refused(HttpOptions options, String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "can't listen on " + options.host() + " port " + options.port() + ": " + why
                        + ". Is another server there already? --port 0 takes any port that is free",
                cause);
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private static void requireKeyOffLoopback(HttpOptions options) {
        try {
            boolean isLoopback = InetAddress.getByName(options.host()).isLoopbackAddress();
            if (!isLoopback && !options.keys().isRequired()) {
                throw new IllegalArgumentException("on " + options.host()
                        + " others can reach the server, so it needs a key: set LILLA_API_KEY, or leave --host out");
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("there is no address " + options.host() + " on this machine", e);
        }
    }

    /// What is wrong before a request gets as far as a route is said in the same shape.
    private static DirectHandlers directHandlers() {
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, (request, _, status, _, message) -> {
                HttpFailure.Kind kind =
                        status.code() < 500 ? HttpFailure.Kind.INVALID_REQUEST : HttpFailure.Kind.SERVER;
                String text = message == null || message.isEmpty() ? reason(status) : message;
                HttpFailure failure = HttpFailure.of(status.code(), kind, text);
                return DirectHandler.TransportResponse.builder()
                        .status(status)
                        .header(HeaderNames.CONTENT_TYPE, "application/json")
                        .entity(Json.MAPPER.writeValueAsBytes(
                                ErrorShape.ofPath(request.path()).body(failure)))
                        .keepAlive(false)
                        .build();
            });
        }
        return handlers.build();
    }

    private static String reason(Status status) {
        return status.code() == 413 ? "the request is too large" : status.reasonPhrase();
    }

    /// Where it can be asked from this machine: `http://127.0.0.1:8080`.
    public String address() {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
    }

    public int port() {
        return server.port();
    }

    /// Takes no more requests, lets running answers finish within the grace period, and ends the others.
    @Override
    public void close() {
        server.stop();
    }
}
