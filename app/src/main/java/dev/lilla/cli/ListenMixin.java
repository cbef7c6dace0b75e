package dev.lilla.cli;

import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.OriginPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Where a server listens, and who may use it.
final class ListenMixin {
    private static final String KEY_VARIABLE = "LILLA_API_KEY";

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen on. Default: ${DEFAULT-VALUE}, which only this machine can reach.")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "0 for any that is free. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description =
                    "A key that clients have to send. May be repeated. Others on this machine can read it from the "
                            + "command line; LILLA_API_KEY in the environment is safer.")
    private List<String> keys = List.of();

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

    int graceSeconds() {
        return graceSeconds;
    }

    private ApiKeys keys(Console console) {
        List<String> all = new ArrayList<>(keys);
        String variable = console.environment().getOrDefault(KEY_VARIABLE, "");
        if (!variable.isBlank()) {
            all.add(variable.strip());
        }
        return ApiKeys.of(all);
    }

    boolean hasKeys(Console console) {
        return keys(console).isRequired();
    }

    HttpOptions options(Console console) {
        return new HttpOptions(
                host,
                port,
                keys(console),
                new OriginPolicy(hosts, origins),
                Duration.ofSeconds(requestSeconds),
                Duration.ofSeconds(graceSeconds));
    }
}
