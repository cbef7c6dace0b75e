package dev.lilla.cli;

import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla chat`: a conversation.
@Command(
        name = "chat",
        sortOptions = false,
        description = {
            "Talks with a model that has a chat template.",
            "",
            "/help lists what can be typed besides messages. A line that ends with a backslash goes on, and \"\"\" "
                    + "begins and ends a message of several lines. Ctrl-C stops an answer, Ctrl-D ends the chat. "
                    + "Without a terminal, each line of standard input is a message.",
        },
        footer = {
            "",
            "For example:",
            "  lilla chat smollm2-135m-instruct",
            "  lilla chat model.gguf --system \"Answer in one sentence.\" --temperature 0.7",
            "  printf 'Hello\\nAnd in Swedish?\\n' | lilla chat model.gguf",
        })
final class ChatCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "MODEL", description = "A GGUF file, a directory or a name in the store.")
    private String model = "";

    @Option(names = "--system", paramLabel = "TEXT", description = "A system message.")
    private @Nullable String system;

    @Option(names = "--load", paramLabel = "FILE", description = "Goes on with a conversation that /save wrote.")
    private @Nullable Path saved;

    @Option(
            names = {"--max-tokens", "-n"},
            paramLabel = "N",
            defaultValue = "0",
            description = "The most tokens of an answer; 0 for as many as fit. Default: ${DEFAULT-VALUE}.")
    private int maxTokens;

    @Mixin
    private final SamplerMixin sampler = new SamplerMixin();

    @Mixin
    private final LoraMixin lora = new LoraMixin();

    @Mixin
    private final SpeculationMixin speculation = new SpeculationMixin();

    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    ChatCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ModelStore store = ModelStore.open(console.environment());
        LocalModelOptions options = new LocalModelOptions(
                context.limit(load.options()), cache.type(), host.options(), speculation.choice(store));
        Conversation conversation = new Conversation(system);
        if (saved != null) {
            conversation.load(saved);
        }
        try (LocalModel opened = LocalModel.open(store.resolve(model), options);
                Adapters adapters = lora.open(opened, store);
                LocalChatModel chat = opened.chat(adapters.active());
                ChatInput input = input(store)) {
            opened.model().warnings().forEach(console::warn);
            if (isInteractive()) {
                console.err().println(chat.name() + ". /help lists commands, Ctrl-D ends.");
            }
            new ChatSession(
                            console,
                            chat,
                            conversation,
                            sampler.over(opened.defaults().sampler()),
                            maxTokens)
                    .run(input);
        }
        return 0;
    }

    private boolean isInteractive() {
        return console.terminals().in() && console.terminals().out();
    }

    private ChatInput input(ModelStore store) throws IOException {
        return isInteractive() ? new TerminalInput(console, store.home()) : new PipedInput(console);
    }
}
