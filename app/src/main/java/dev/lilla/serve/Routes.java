package dev.lilla.serve;

import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.Access;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.openai.AnswerOptions;
import dev.lilla.serve.openai.ChatCompletionsEndpoint;
import dev.lilla.serve.openai.CompletionsEndpoint;
import dev.lilla.serve.openai.ModelsEndpoint;
import dev.lilla.serve.page.Page;
import java.util.List;

/// What the server answers, in one list. `openapi.yaml` beside this package describes the same.
final class Routes {
    private Routes() {}

    static List<Route> of(ModelHost host, AnswerOptions answers) {
        Endpoint chat = new ChatCompletionsEndpoint(host, answers);
        Endpoint completions = new CompletionsEndpoint(host, answers);
        ModelsEndpoint models = new ModelsEndpoint(host);
        Page page = Page.load();
        return List.of(
                Route.openAi("GET", "/", page.root()).withAccess(Access.PUBLIC),
                Route.openAi("GET", "/page/{file}", page.files()).withAccess(Access.PUBLIC),
                Route.openAi("POST", "/v1/chat/completions", chat),
                Route.openAi("POST", "/chat/completions", chat),
                Route.openAi("POST", "/v1/completions", completions),
                Route.openAi("POST", "/completions", completions),
                Route.openAi("GET", "/v1/models", models.list()),
                Route.openAi("GET", "/models", models.list()),
                Route.openAi("GET", "/v1/models/{id}", models.details()),
                Route.openAi("GET", "/models/{id}", models.details()),
                Route.openAi("GET", "/health", new HealthEndpoint(host::isAlive))
                        .withAccess(Access.PUBLIC),
                Route.openAi("GET", "/openapi.yaml", new DescriptionEndpoint()).withAccess(Access.PUBLIC));
    }
}
