package dev.lilla.cli;

import dev.lilla.chat.ResponseFormat;
import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla chat`: a conversation.
@Command(
        name = "chat",
        defaultValueProvider = DemoModel.class,
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
    private final ResponseFormatMixin format = new ResponseFormatMixin();

    @Mixin
    private final GenerationMixin generation = new GenerationMixin();

    ChatCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        ResponseFormat wanted = format.format();
        Conversation conversation = new Conversation(system);
        if (saved != null) {
            conversation.load(saved);
        }
        try (LocalModel opened = generation.open(console);
                Adapters adapters = generation.adapters(opened, console);
                LocalChatModel chat = opened.chat(adapters.active());
                ChatInput input = input()) {
            List<String> examples = DemoModel.examples(chat.name());
            if (isInteractive()) {
                console.err().println(chat.name() + ". /help lists commands, Ctrl-D ends.");
                if (!examples.isEmpty()) {
                    console.err()
                            .println(
                                    "It knows seven small tasks, asked for in certain words, and nothing of the world; "
                                            + "/try shows them. It answers each message on its own.");
                }
            }
            ChatSession session = new ChatSession(console, chat, conversation, generation.sampler(opened), maxTokens)
                    .answeringIn(wanted)
                    .withExamples(examples);
            if (!examples.isEmpty() && adapters.active().isEmpty()) {
                session.answeringEachAlone();
            }
            session.run(input);
        }
        return 0;
    }

    private boolean isInteractive() {
        return console.terminals().in() && console.terminals().out();
    }

    private ChatInput input() throws IOException {
        return isInteractive()
                ? new TerminalInput(
                        console, ModelStore.open(console.environment()).home())
                : new PipedInput(console);
    }
}
