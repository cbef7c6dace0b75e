package dev.lilla.serve;

import dev.lilla.serve.host.AdapterShelf;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.Access;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.metrics.MetricsEndpoint;
import dev.lilla.serve.metrics.ServerMetrics;
import dev.lilla.serve.openai.AdapterEndpoints;
import dev.lilla.serve.openai.AnswerOptions;
import dev.lilla.serve.openai.ChatCompletionsEndpoint;
import dev.lilla.serve.openai.CompletionsEndpoint;
import dev.lilla.serve.openai.LoadEndpoints;
import dev.lilla.serve.openai.ModelsEndpoint;
import java.util.List;

/// What the server answers, in one list. `openapi.yaml` beside this package describes the same.
final class Routes {
    private Routes() {}

    static List<Route> of(ModelHost host, AnswerOptions answers, AdapterShelf shelf, ServerMetrics metrics) {
        Endpoint chat = new ChatCompletionsEndpoint(host, answers);
        Endpoint completions = new CompletionsEndpoint(host, answers);
        ModelsEndpoint models = new ModelsEndpoint(host);
        AdapterEndpoints adapters = new AdapterEndpoints(host, shelf);
        LoadEndpoints loading = new LoadEndpoints(host);
        return List.of(
                Route.openAi("POST", "/v1/chat/completions", chat),
                Route.openAi("POST", "/chat/completions", chat),
                Route.openAi("POST", "/v1/completions", completions),
                Route.openAi("POST", "/completions", completions),
                Route.openAi("GET", "/v1/models", models.list()),
                Route.openAi("GET", "/models", models.list()),
                Route.openAi("GET", "/v1/models/{id}", models.details()),
                Route.openAi("GET", "/models/{id}", models.details()),
                Route.openAi("POST", "/models/load", loading.load()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/models/unload", loading.unload()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/lora-adapters", adapters.scale()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/v1/load_lora_adapter", adapters.load()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/v1/unload_lora_adapter", adapters.unload())
                        .withAccess(Access.ADMIN),
                Route.openAi("GET", "/metrics", new MetricsEndpoint(host, metrics))
                        .withAccess(Access.ADMIN),
                Route.openAi("GET", "/health", new HealthEndpoint(host::isAlive))
                        .withAccess(Access.PUBLIC),
                Route.openAi("GET", "/openapi.yaml", new DescriptionEndpoint()).withAccess(Access.PUBLIC));
    }
}
