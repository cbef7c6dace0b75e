package dev.lilla.cli;

import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.hub.HubOptions;
import dev.lilla.serve.LillaServer;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.HostingOptions;
import dev.lilla.serve.host.OneModel;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla serve`: a model for many callers, over HTTP.
@Command(
        name = "serve",
        defaultValueProvider = DemoModel.class,
        sortOptions = false,
        description = {
            "Serves a model over HTTP: to programs that speak the API of OpenAI, Ollama or llama.cpp's server, and as "
                    + "a page to chat on.",
            "",
            "Only this machine can reach the server unless --host says otherwise, which needs an API key. Ctrl-C lets "
                    + "running answers finish.",
        },
        footer = {
            "",
            "For example:",
            "  lilla serve",
            "  lilla serve smollm2-135m-instruct --port 9000 --parallel 8",
            "  LILLA_API_KEY=… lilla serve model.gguf --host 0.0.0.0 --allow-host models.example.com",
        })
final class ServeCommand implements Callable<Integer> {
    /// Beyond the grace period, for what the server does after it.
    private static final int CLOSING_SECONDS = 10;

    /// A context for each of four callers, if nothing else is said.
    private static final int CONTEXTS = 4;

    private final Console console;

    @Mixin
    private final ListenMixin listen = new ListenMixin();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "32",
            description = "The most texts that are read and written side by side. Default: ${DEFAULT-VALUE}.")
    private int parallel;

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "256",
            description = "The most texts that wait; further ones get status 429. Default: ${DEFAULT-VALUE}.")
    private int queue;

    @Option(
            names = "--cache-tokens",
            paramLabel = "N",
            description = "Tokens whose keys and values are kept, for all texts together. Default: four contexts.")
    private @Nullable Long cacheTokens;

    @Option(
            names = "--answer-time",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description = "The most time for an answer, waiting included. Default: ${DEFAULT-VALUE}.")
    private int answerSeconds;

    @Option(names = "--name", paramLabel = "NAME", description = "What clients call the model. Default: as you do.")
    private @Nullable String name;

    @Mixin
    private final LoraMixin lora = new LoraMixin();

    @Mixin
    private final SpeculationMixin speculation = new SpeculationMixin();

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Mixin
    private final ModelMixin model = new ModelMixin();

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ServerLog.open(console);
        LocalModelOptions options = model.options(context, cache.type())
                .withSpeculation(speculation.choice(ModelStore.open(console.environment())));
        LocalModel opened = model.open(console, options);
        try (Adapters adapters = lora.open(opened, console);
                HostedModel hosted = host(opened, adapters);
                Interruption interruption = Interruption.open((long) listen.graceSeconds() + CLOSING_SECONDS);
                LillaServer server = LillaServer.start(
                        listen.options(console),
                        new OneModel(hosted),
                        AnswerOptions.defaults().withTimeLimit(Duration.ofSeconds(answerSeconds)),
                        new ModelLibrary(
                                ModelStore.open(console.environment()), HubOptions.from(console.environment())))) {
            greet(server, hosted);
            interruption.await();
            console.err().println("lilla: stopping; running answers have " + listen.graceSeconds() + " s to finish");
        }
        return 0;
    }

    private HostedModel host(LocalModel opened, Adapters adapters) throws IOException {
        long contextTokens = opened.decoder().spec().contextLength();
        SchedulerOptions scheduler =
                SchedulerOptions.defaults().withRunningMax(parallel).withQueuedMax(queue, queue);
        HostingOptions hosting = new HostingOptions(
                cacheTokens == null ? CONTEXTS * contextTokens : cacheTokens, scheduler, adapters.active());
        return HostedModel.start(name == null ? model.name() : name, opened, hosting);
    }

    private void greet(LillaServer server, HostedModel hosted) {
        String served = hosted.entry().name();
        console.err()
                .println(served + " is ready at " + server.address() + " (context "
                        + hosted.entry().contextTokens() + " tokens, " + parallel + " texts side by side)");
        console.err().println("In a browser: " + server.address());
        console.err().println("OpenAI's API: " + server.address() + "/v1. Ctrl-C stops the server. Try it:");
        console.err()
                .println("  curl " + server.address() + "/v1/chat/completions "
                        + (listen.hasKeys(console) ? "-H \"Authorization: Bearer $LILLA_API_KEY\" " : "")
                        + "-H 'Content-Type: application/json' "
                        + "-d '{\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'");
    }
}
