package dev.lilla.serve;

import dev.lilla.serve.host.AdapterShelf;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.http.Access;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Route;
import dev.lilla.serve.llamacpp.AdaptersEndpoint;
import dev.lilla.serve.llamacpp.CompletionEndpoint;
import dev.lilla.serve.llamacpp.EmbeddingEndpoint;
import dev.lilla.serve.llamacpp.PropsEndpoint;
import dev.lilla.serve.llamacpp.RerankEndpoint;
import dev.lilla.serve.llamacpp.TemplateEndpoint;
import dev.lilla.serve.llamacpp.TokenizerEndpoint;
import dev.lilla.serve.metrics.MetricsEndpoint;
import dev.lilla.serve.metrics.ServerMetrics;
import dev.lilla.serve.ollama.ChatEndpoint;
import dev.lilla.serve.ollama.DeleteEndpoint;
import dev.lilla.serve.ollama.EmbedEndpoint;
import dev.lilla.serve.ollama.GenerateEndpoint;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.ollama.PullEndpoint;
import dev.lilla.serve.ollama.ShowEndpoint;
import dev.lilla.serve.ollama.TagsEndpoint;
import dev.lilla.serve.ollama.VersionEndpoint;
import dev.lilla.serve.openai.AdapterEndpoints;
import dev.lilla.serve.openai.ChatCompletionsEndpoint;
import dev.lilla.serve.openai.CompletionsEndpoint;
import dev.lilla.serve.openai.EmbeddingsEndpoint;
import dev.lilla.serve.openai.LoadEndpoints;
import dev.lilla.serve.openai.ModelsEndpoint;
import dev.lilla.serve.openai.ResponsesEndpoint;
import dev.lilla.serve.page.Page;
import dev.lilla.serve.text.AnswerOptions;
import java.util.List;
import java.util.stream.Stream;

/// What the server answers, in one list. `openapi.yaml` beside this package describes the same.
final class Routes {
    private Routes() {}

    static List<Route> of(
            ModelHost host, AnswerOptions answers, ModelLibrary library, AdapterShelf shelf, ServerMetrics metrics) {
        return Stream.of(
                        openAi(host, answers),
                        ollama(host, answers, library),
                        llamaCpp(host, answers),
                        administration(host, shelf, metrics),
                        server(host))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Route> openAi(ModelHost host, AnswerOptions answers) {
        Endpoint chat = new ChatCompletionsEndpoint(host, answers);
        Endpoint completions = new CompletionsEndpoint(host, answers);
        Endpoint embeddings = new EmbeddingsEndpoint(host);
        Endpoint responses = new ResponsesEndpoint(host, answers);
        ModelsEndpoint models = new ModelsEndpoint(host);
        return List.of(
                Route.openAi("POST", "/v1/chat/completions", chat),
                Route.openAi("POST", "/chat/completions", chat),
                Route.openAi("POST", "/v1/completions", completions),
                Route.openAi("POST", "/completions", completions),
                Route.openAi("POST", "/v1/embeddings", embeddings),
                Route.openAi("POST", "/embeddings", embeddings),
                Route.openAi("POST", "/v1/responses", responses),
                Route.openAi("POST", "/responses", responses),
                Route.openAi("GET", "/v1/models", models.list()),
                Route.openAi("GET", "/models", models.list()),
                Route.openAi("GET", "/v1/models/{id}", models.details()),
                Route.openAi("GET", "/models/{id}", models.details()));
    }

    private static List<Route> ollama(ModelHost host, AnswerOptions answers, ModelLibrary library) {
        TagsEndpoint tags = new TagsEndpoint(host);
        EmbedEndpoint embed = new EmbedEndpoint(host);
        return List.of(
                Route.ollama("GET", "/api/version", new VersionEndpoint()),
                Route.ollama("GET", "/api/tags", tags.all()),
                Route.ollama("GET", "/api/ps", tags.loaded()),
                Route.ollama("POST", "/api/show", new ShowEndpoint(host)),
                Route.ollama("POST", "/api/chat", new ChatEndpoint(host, answers)),
                Route.ollama("POST", "/api/generate", new GenerateEndpoint(host, answers)),
                Route.ollama("POST", "/api/embed", embed.several()),
                Route.ollama("POST", "/api/embeddings", embed.one()),
                Route.ollama("POST", "/api/pull", new PullEndpoint(library)).withAccess(Access.ADMIN),
                Route.ollama("DELETE", "/api/delete", new DeleteEndpoint(library, host))
                        .withAccess(Access.ADMIN));
    }

    private static List<Route> llamaCpp(ModelHost host, AnswerOptions answers) {
        TokenizerEndpoint tokenizer = new TokenizerEndpoint(host);
        AdaptersEndpoint adapters = new AdaptersEndpoint(host);
        Endpoint rerank = new RerankEndpoint();
        return List.of(
                Route.openAi("POST", "/completion", new CompletionEndpoint(host, answers)),
                Route.openAi("POST", "/embedding", new EmbeddingEndpoint(host)),
                Route.openAi("POST", "/tokenize", tokenizer.encode()),
                Route.openAi("POST", "/detokenize", tokenizer.decode()),
                Route.openAi("GET", "/tokenizer_info", tokenizer.details()),
                Route.openAi("POST", "/apply-template", new TemplateEndpoint(host)),
                Route.openAi("GET", "/props", new PropsEndpoint(host)),
                Route.openAi("GET", "/lora-adapters", adapters.list()),
                Route.openAi("POST", "/lora-adapters", adapters.scale()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/v1/rerank", rerank),
                Route.openAi("POST", "/v1/reranking", rerank),
                Route.openAi("POST", "/rerank", rerank),
                Route.openAi("POST", "/reranking", rerank));
    }

    private static List<Route> administration(ModelHost host, AdapterShelf shelf, ServerMetrics metrics) {
        AdapterEndpoints adapters = new AdapterEndpoints(host, shelf);
        LoadEndpoints loading = new LoadEndpoints(host);
        return List.of(
                Route.openAi("POST", "/models/load", loading.load()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/models/unload", loading.unload()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/v1/load_lora_adapter", adapters.load()).withAccess(Access.ADMIN),
                Route.openAi("POST", "/v1/unload_lora_adapter", adapters.unload())
                        .withAccess(Access.ADMIN),
                Route.openAi("GET", "/metrics", new MetricsEndpoint(host, metrics))
                        .withAccess(Access.ADMIN));
    }

    private static List<Route> server(ModelHost host) {
        Page page = Page.load();
        return List.of(
                Route.openAi("GET", "/", page.root()).withAccess(Access.PUBLIC),
                Route.openAi("GET", "/page/{file}", page.files()).withAccess(Access.PUBLIC),
                Route.openAi("GET", "/health", new HealthEndpoint(host::isAlive))
                        .withAccess(Access.PUBLIC),
                Route.openAi("GET", "/openapi.yaml", new DescriptionEndpoint()).withAccess(Access.PUBLIC));
    }
}
