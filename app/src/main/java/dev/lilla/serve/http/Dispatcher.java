package dev.lilla.serve.http;

import io.helidon.common.socket.SocketWriterException;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/// Brings every request to its route: checks where it comes from and whose it is, and words what goes wrong.
final class Dispatcher implements Handler {
    private static final System.Logger LOGGER = System.getLogger(Dispatcher.class.getName());
    /// How much of an unread body is taken before the connection closes, so that the client gets to read why.
    private static final long DRAINED_BYTES_MAX = 4L * Exchange.BODY_BYTES_MAX;

    private final List<Route> routes;
    private final OriginPolicy origins;
    private final ApiKeys keys;
    private final Traffic traffic;

    Dispatcher(List<Route> routes, OriginPolicy origins, ApiKeys keys, Traffic traffic) {
        this.routes = List.copyOf(routes);
        this.origins = origins;
        this.keys = keys;
        this.traffic = traffic;
    }

    /// A route and what stands for its parameter.
    private record Match(Route route, String parameter) {}

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        ClientConnection client = WatchedConnections.CLIENT.get();
        String path = request.path().path();
        response.header("x-request-id", "req_" + UUID.randomUUID().toString().replace("-", ""));
        List<Match> matches = matches(path);
        ErrorShape shape = matches.isEmpty()
                ? ErrorShape.ofPath(path)
                : matches.getFirst().route().errors();
        Outcome outcome = new Outcome(Traffic.CLIENT_LEFT, Optional.empty());
        try {
            answer(request, response, client, matches);
            outcome = new Outcome(response.status().code(), Optional.empty());
        } catch (HttpFailure e) {
            outcome = Outcome.of(e);
            fail(request, response, shape, e);
        } catch (CloseConnectionException | SocketWriterException e) {
            throw e;
        } catch (UncheckedIOException e) {
            throw new CloseConnectionException("the connection has failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("the server stops", e);
        } catch (HttpException e) {
            HttpFailure failure =
                    HttpFailure.of(e.status().code(), HttpFailure.Kind.INVALID_REQUEST, String.valueOf(e.getMessage()));
            outcome = Outcome.of(failure);
            fail(request, response, shape, failure);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            LOGGER.log(System.Logger.Level.ERROR, request.prologue().method() + " " + path + " failed", e);
            outcome = Outcome.of(internal());
            fail(request, response, shape, internal());
        } finally {
            client.received();
            traffic.ended(
                    matches.isEmpty() ? "" : matches.getFirst().route().path(), outcome.status(), outcome.error());
        }
        closeIfAsked(request, response);
    }

    /// How a request ended.
    private record Outcome(int status, Optional<HttpFailure.Kind> error) {
        static Outcome of(HttpFailure failure) {
            return new Outcome(failure.status(), Optional.of(failure.kind()));
        }
    }

    /// Helidon leaves that to the client.
    private static void closeIfAsked(ServerRequest request, ServerResponse response) {
        boolean isAsked = request.headers().contains(HeaderValues.CONNECTION_CLOSE)
                || response.headers().contains(HeaderValues.CONNECTION_CLOSE);
        if (isAsked) {
            throw new CloseConnectionException("the last request of this connection is answered");
        }
    }

    static HttpFailure internal() {
        return HttpFailure.of(
                500, HttpFailure.Kind.SERVER, "an internal error, a fault of Lilla and not yours; its log says more");
    }

    private void answer(ServerRequest request, ServerResponse response, ClientConnection client, List<Match> matches)
            throws InterruptedException {
        String method = request.prologue().method().text();
        OriginPolicy.Source source = origins.check(
                request.headers().first(HeaderNames.HOST),
                request.headers().first(HeaderNames.ORIGIN),
                request.localPeer().host());
        if (source == OriginPolicy.Source.ALLOWED_PAGE) {
            allow(request, response);
        }
        if (method.equals("OPTIONS") && !matches.isEmpty()) {
            response.header("Allow", methods(matches));
            response.status(204).send();
            return;
        }
        Match match = matches.stream()
                .filter(candidate -> serves(candidate.route(), method))
                .findFirst()
                .orElseThrow(() -> refused(request, matches));
        ApiKey key = key(request, match.route(), source);
        if (match.route().isWork()) {
            keys.admit(key);
        }
        String route = match.route().path();
        Exchange exchange =
                new Exchange(request, response, new Exchange.Caller(client, key), match.parameter(), usage -> {
                    keys.used(key, usage);
                    traffic.used(route, usage);
                });
        match.route().endpoint().handle(exchange);
    }

    private static void allow(ServerRequest request, ServerResponse response) {
        response.header(
                HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN,
                request.headers().first(HeaderNames.ORIGIN).orElseThrow());
        response.header(HeaderNames.VARY, "Origin");
        response.header("Access-Control-Allow-Methods", "GET, POST, DELETE, HEAD, OPTIONS");
        response.header("Access-Control-Allow-Headers", "Authorization, Content-Type");
        response.header("Access-Control-Expose-Headers", "x-request-id, Retry-After");
        response.header("Access-Control-Max-Age", "600");
    }

    /// A loop, as it looks at every route for every request.
    private List<Match> matches(String path) {
        List<Match> matches = new ArrayList<>();
        for (Route route : routes) {
            route.match(path).ifPresent(parameter -> matches.add(new Match(route, parameter)));
        }
        return matches;
    }

    private static boolean serves(Route route, String method) {
        return route.method().equals(method)
                || (method.equals("HEAD") && route.method().equals("GET"));
    }

    private static String methods(List<Match> matches) {
        return matches.stream().map(match -> match.route().method()).distinct().collect(Collectors.joining(", "));
    }

    /// Why none of the routes of a path, if it has any, serves a request.
    private static HttpFailure refused(ServerRequest request, List<Match> matches) {
        String method = request.prologue().method().text();
        String path = request.path().path();
        if (matches.isEmpty()) {
            return HttpFailure.of(404, HttpFailure.Kind.NOT_FOUND, "there is no " + method + " " + path);
        }
        String allowed = methods(matches);
        return HttpFailure.of(405, HttpFailure.Kind.INVALID_REQUEST, path + " takes " + allowed + ", found " + method)
                .withHeader("Allow", allowed);
    }

    private ApiKey key(ServerRequest request, Route route, OriginPolicy.Source source) {
        if (!keys.isRequired()) {
            if (route.access() == Access.ADMIN && source == OriginPolicy.Source.ALLOWED_PAGE) {
                throw HttpFailure.of(
                        403, HttpFailure.Kind.PERMISSION, "pages elsewhere may not change a server that has no keys");
            }
            return ApiKey.ANYBODY;
        }
        if (route.access() == Access.PUBLIC) {
            return ApiKey.ANYBODY;
        }
        ApiKey key = presented(request)
                .flatMap(keys::find)
                .orElseThrow(() -> HttpFailure.of(
                                401,
                                HttpFailure.Kind.AUTHENTICATION,
                                "this server needs an API key, sent as \"Authorization: Bearer KEY\"; "
                                        + "none or a wrong one was found")
                        .withCode("invalid_api_key")
                        .withHeader("WWW-Authenticate", "Bearer"));
        if (!key.allows(route.access())) {
            throw HttpFailure.of(403, HttpFailure.Kind.PERMISSION, "this key may not do that");
        }
        return key;
    }

    private static Optional<String> presented(ServerRequest request) {
        return request.headers()
                .first(HeaderNames.AUTHORIZATION)
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip());
    }

    private static void fail(ServerRequest request, ServerResponse response, ErrorShape shape, HttpFailure failure) {
        if (response.isSent()) {
            throw new CloseConnectionException("a reply that had begun failed: " + failure.message());
        }
        failure.headers().forEach((name, value) -> response.header(name, value));
        boolean isUnread = request.content().hasEntity() && !request.content().consumed();
        if (isUnread) {
            response.header(HeaderNames.CONNECTION, "close");
        }
        response.status(failure.status());
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(Json.MAPPER.writeValueAsBytes(shape.body(failure)));
        if (isUnread) {
            drain(request);
        }
    }

    private static void drain(ServerRequest request) {
        try (InputStream rest = request.content().inputStream()) {
            byte[] buffer = new byte[1 << 14];
            long drained = 0;
            for (int read = 0; read >= 0 && drained < DRAINED_BYTES_MAX; read = rest.read(buffer)) {
                drained += read;
            }
        } catch (IOException | RuntimeException e) {
            throw new CloseConnectionException("an unread body ended early", e);
        }
    }
}
