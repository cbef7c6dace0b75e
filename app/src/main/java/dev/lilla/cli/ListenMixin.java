package dev.lilla.cli;

import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.OriginPolicy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where a server listens, and who may use it.
final class ListenMixin {
    private static final String KEY_VARIABLE = "LILLA_API_KEY";
    private static final String LOOPBACK = "127.0.0.1";
    private static final int PORT = 8080;
    private static final int PORT_MAX = 65_535;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "The address to listen on. Default: " + LOOPBACK + ", which only this machine can reach.")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "N", description = "0 for any that is free. Default: " + PORT + ".")
    private @Nullable Integer port;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description =
                    "A key that clients have to send. May be repeated. Others on this machine can read it from the "
                            + "command line; LILLA_API_KEY in the environment is safer.")
    private List<String> keys = List.of();

    @Option(
            names = "--require-key",
            description =
                    "Asks for a key of \"lilla keys\" on this machine too, as behind a proxy. Elsewhere one is always "
                            + "asked for; where there is none, one is made and shown.")
    private boolean requireKey;

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            description = "A name that clients call this machine, beside localhost. May be repeated.")
    private List<String> hosts = List.of();

    @Option(
            names = "--allow-origin",
            paramLabel = "ORIGIN",
            description = "A web page that may use the server (https://chat.example.com). May be repeated.")
    private List<String> origins = List.of();

    @Option(
            names = "--request-time",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "The most time for a request to arrive. Default: ${DEFAULT-VALUE}.")
    private int requestSeconds;

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "The most time for running answers when the server stops. Default: ${DEFAULT-VALUE}.")
    private int graceSeconds;

    /// Takes what a deployment says, where the command line says nothing.
    void adopt(String deployedHost, int deployedPort) {
        host = Objects.requireNonNullElse(host, deployedHost);
        port = Objects.requireNonNullElse(port, deployedPort);
    }

    private String host() {
        return host == null ? LOOPBACK : host;
    }

    int graceSeconds() {
        return graceSeconds;
    }

    /// The keys that clients may send; to be closed after the server.
    ServerKeys keys(Console console) {
        List<String> all = new ArrayList<>(keys);
        String variable = console.environment().getOrDefault(KEY_VARIABLE, "");
        if (!variable.isBlank()) {
            all.add(variable.strip());
        }
        return ServerKeys.open(console, all, !isLoopback(), requireKey);
    }

    private boolean isLoopback() {
        try {
            return InetAddress.getByName(host()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("there is no address " + host() + " on this machine", e);
        }
    }

    /// Fails before a model is loaded for nothing.
    void check() {
        OptionBounds.within("--port", port(), 0, PORT_MAX);
        OptionBounds.atLeast("--request-time", requestSeconds, 1);
        OptionBounds.atLeast("--grace", graceSeconds, 0);
    }

    private int port() {
        return port == null ? PORT : port;
    }

    HttpOptions options(ApiKeys keys) {
        return new HttpOptions(
                host(),
                port(),
                keys,
                new OriginPolicy(hosts, origins),
                Duration.ofSeconds(requestSeconds),
                Duration.ofSeconds(graceSeconds));
    }
}
