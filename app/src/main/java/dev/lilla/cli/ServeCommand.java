package dev.lilla.cli;

import dev.lilla.deploy.ServerConfiguration;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.generate.Speculation;
import dev.lilla.hub.HubOptions;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.serve.LillaServer;
import dev.lilla.serve.WarmUp;
import dev.lilla.serve.host.ModelPool;
import dev.lilla.serve.host.ModelSource;
import dev.lilla.serve.host.ModelUnavailableException;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla serve`: models for many callers, over HTTP.
@Command(
        name = "serve",
        sortOptions = false,
        description = {
            "Serves models over HTTP: to programs that speak the API of OpenAI, Ollama or llama.cpp's server, and as a "
                    + "page to chat on.",
            "",
            "Only this machine can reach the server unless --host says otherwise, which needs an API key. Ctrl-C lets "
                    + "running answers finish.",
            "",
            "A project (lilla.yaml) or the folder that \"lilla deploy\" wrote in place of MODEL serves what was deployed, "
                    + "under the project's name, on its port. Options win over what its file says.",
        },
        footer = {
            "",
            "For example:",
            "  lilla serve",
            "  lilla serve smollm2-135m-instruct --port 9000 --parallel 8",
            "  lilla serve lilla.yaml",
            "  lilla serve --models store --memory 8g",
            "  lilla serve tinyllama-1.1b --lora support=adapters/support --lora legal=adapters/legal",
            "  LILLA_API_KEY=… lilla serve model.gguf --host 0.0.0.0 --allow-host models.example.com",
        })
final class ServeCommand implements Callable<Integer> {
    /// Beyond the grace period, for what the server does after it.
    private static final int CLOSING_SECONDS = 10;
    private static final int PARALLEL = 32;
    /// More than any machine writes side by side, and waits for, as each takes memory of its own.
    private static final int PARALLEL_MAX = 4_096;
    private static final int QUEUE_MAX = 1_000_000;

    private final Console console;

    @Mixin
    private final ListenMixin listen = new ListenMixin();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description = "The most texts that are read and written side by side. Default: " + PARALLEL + ".")
    private @Nullable Integer parallel;

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

    @Option(
            names = "--lora",
            paramLabel = "[NAME=]ADAPTER[=SCALE]",
            description =
                    "A LoRA adapter (a PEFT directory or a GGUF file) of the one MODEL. With a name it is for requests "
                            + "that ask for MODEL:NAME, without one for every text. May be repeated.")
    private List<String> adapters = List.of();

    @Mixin
    private final SpeculationMixin speculation = new SpeculationMixin();

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..*",
            description = "GGUF files, directories or names in the store; or one project or deployment. Default: the "
                    + "demo model.")
    private List<String> models = List.of();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final PoolMixin pool = new PoolMixin();

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ServerLog.open(console);
        DeployedServer.named(models).ifPresent(this::adopt);
        check();
        ModelStore store = ModelStore.open(console.environment());
        List<ModelSource> named = named(store);
        ServedModelFile.ServedTerms storeTerms = terms(LoadOptions.DEFAULT, new Speculation.None(), List.of());
        ServedModels sources = new ServedModels(console, named, pool.offersStore() ? store : null, storeTerms);
        try (ServerKeys keys = listen.keys(console);
                ModelPool hosted = new ModelPool(sources, pool.options());
                Interruption interruption = Interruption.open((long) listen.graceSeconds() + CLOSING_SECONDS)) {
            AnswerOptions answers = AnswerOptions.defaults().withTimeLimit(Duration.ofSeconds(answerSeconds));
            ModelLibrary library = new ModelLibrary(store, HubOptions.from(console.environment()));
            StoredAdapters shelf = new StoredAdapters(store.home().resolve("adapters"));
            CompletableFuture<LillaServer.Prepared> prepared =
                    CompletableFuture.supplyAsync(() -> LillaServer.prepare(hosted, answers, library, shelf));
            for (ModelSource source : named) {
                if (source.isPinned()) {
                    load(hosted, source);
                }
            }
            try (LillaServer server = prepared.join().start(listen.options(keys.keys()))) {
                new WarmUp(hosted, answers).start();
                greet(server, sources.get(), keys.keys().isRequired());
                interruption.await();
                console.err()
                        .println("lilla: stopping; running answers have " + listen.graceSeconds() + " s to finish");
            }
        }
        return 0;
    }

    /// What a deployment says, where the command line says nothing.
    private void adopt(ServerConfiguration deployed) {
        models = List.of(deployed.model().toString());
        name = Objects.requireNonNullElse(name, deployed.name());
        parallel = Objects.requireNonNullElse(parallel, deployed.parallel());
        context.adopt(deployed.context());
        listen.adopt(deployed.host(), deployed.port());
    }

    /// Fails before a model is loaded for nothing.
    private void check() {
        listen.check();
        OptionBounds.within("--parallel", parallel(), 1, PARALLEL_MAX);
        OptionBounds.within("--queue", queue, 1, QUEUE_MAX);
        OptionBounds.atLeast("--answer-time", answerSeconds, 1);
        if (cacheTokens != null) {
            OptionBounds.within("--cache-tokens", cacheTokens, 1, Integer.MAX_VALUE);
        }
    }

    private int parallel() {
        return parallel == null ? PARALLEL : parallel;
    }

    /// Failures are told as those of other commands are.
    private static void load(ModelPool pool, ModelSource source) throws InterruptedException {
        try {
            pool.load(source.entry());
        } catch (ModelUnavailableException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private List<ModelSource> named(ModelStore store) throws IOException {
        List<String> texts = new ArrayList<>(models);
        if (texts.isEmpty() && !pool.offersStore()) {
            texts.add(DemoModel.LARGER);
        }
        if (texts.size() != 1 && (name != null || !adapters.isEmpty())) {
            throw new IllegalArgumentException(
                    "--name and --lora are for one MODEL, found " + texts.size() + "; leave them out or name one");
        }
        List<ServedAdapter> served = new ArrayList<>();
        for (String adapter : adapters) {
            ServedAdapter parsed = ServedAdapter.parse(adapter);
            served.add(new ServedAdapter(
                    parsed.name(), store.resolve(parsed.path().toString()), parsed.scale(), parsed.standing()));
        }
        ServedModelFile.ServedTerms terms = terms(load.options(), speculation.choice(store), served);
        List<ModelSource> sources = new ArrayList<>();
        for (String text : texts) {
            String called = name == null ? ModelArgument.name(text) : name;
            sources.add(ServedModelFile.describe(console, called, store.resolve(text), !pool.isOnDemand(), terms));
            if (sources.stream()
                            .filter(source -> source.entry().name().equals(called))
                            .count()
                    > 1) {
                throw new IllegalArgumentException("two models would be called \"" + called + "\"");
            }
        }
        return sources;
    }

    private ServedModelFile.ServedTerms terms(LoadOptions options, Speculation guesses, List<ServedAdapter> served) {
        LocalModelOptions opened = new LocalModelOptions(context.limit(options), cache.type(), host.options(), guesses);
        SchedulerOptions scheduler =
                SchedulerOptions.defaults().withRunningMax(parallel()).withQueuedMax(queue, queue);
        return new ServedModelFile.ServedTerms(opened, scheduler, cacheTokens, served);
    }

    private void greet(LillaServer server, List<ModelSource> sources, boolean hasKeys) {
        for (ModelSource source : sources) {
            String served = source.entry().name();
            console.err()
                    .println(
                            source.isPinned()
                                    ? served + " is ready at " + server.address() + " (context "
                                            + source.entry().contextTokens() + " tokens, " + parallel()
                                            + " texts side by side)"
                                    : served + " is loaded when it is asked for");
        }
        console.err().println("In a browser: " + server.address());
        console.err().println("OpenAI's API: " + server.address() + "/v1. Ctrl-C stops the server. Try it:");
        String model = sources.size() == 1 || sources.isEmpty()
                ? ""
                : "\"model\":\"" + sources.getFirst().entry().name() + "\",";
        console.err()
                .println("  curl " + server.address() + "/v1/chat/completions "
                        + (hasKeys ? "-H \"Authorization: Bearer $LILLA_API_KEY\" " : "")
                        + "-H 'Content-Type: application/json' "
                        + "-d '{" + model + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'");
    }
}
