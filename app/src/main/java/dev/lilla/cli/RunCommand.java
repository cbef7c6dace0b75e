package dev.lilla.cli;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Message;
import dev.lilla.chat.ResponseFormat;
import dev.lilla.chat.Usage;
import dev.lilla.generate.ChatTemplates;
import dev.lilla.generate.Completion;
import dev.lilla.generate.GenerationDefaults;
import dev.lilla.generate.GenerationRequest;
import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.StopConditions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `lilla run`: one prompt, one answer.
@Command(
        name = "run",
        sortOptions = false,
        description = {
            "Writes an answer to a prompt, as it comes.",
            "",
            "If the model's files have a chat template, the prompt is a user's message and the answer a reply to it; "
                    + "with --raw, and for models without one, the text simply continues. Tokens are chosen as the "
                    + "model's makers want it, and always the likeliest where they say nothing. Speeds are told on "
                    + "standard error at the end.",
        },
        footer = {
            "",
            "For example:",
            "  lilla run smollm2-135m-instruct \"Name three rivers of Sweden.\"",
            "  lilla run model.gguf --raw \"Once upon a time\" -n 100 --temperature 0.8",
            "  lilla run mistral-7b --speculate ngram \"Repeat this without typos: ...\"",
            "  lilla run smollm2-135m-instruct \"A cat, as JSON.\" --json-schema cat.json",
            "  cat report.txt | lilla run model.gguf --system \"Summarize the text.\" -",
        })
final class RunCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "The prompt; \"-\" or nothing for standard input.")
    private @Nullable String prompt;

    @Option(names = "--system", paramLabel = "TEXT", description = "A system message before the prompt.")
    private @Nullable String system;

    @Option(names = "--raw", description = "Continues the prompt as plain text, without a chat template.")
    private boolean raw;

    @Option(
            names = {"--max-tokens", "-n"},
            paramLabel = "N",
            defaultValue = "512",
            description = "The most tokens to write; 0 for as many as fit. Default: ${DEFAULT-VALUE}.")
    private int maxTokens = 512;

    @Option(names = "--stop", paramLabel = "TEXT", description = "A text that ends the answer. May be repeated.")
    private List<String> stop = List.of();

    @Mixin
    private final ResponseFormatMixin format = new ResponseFormatMixin();

    @Mixin
    private final GenerationMixin generation = new GenerationMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    RunCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (raw && system != null) {
            throw new IllegalArgumentException("--raw continues the prompt alone; leave out --raw or --system");
        }
        ResponseFormat wanted = format.format();
        String text = prompt();
        try (LocalModel opened = generation.open(console);
                Adapters adapters = generation.adapters(opened, console)) {
            boolean converses = !raw
                    && (system != null
                            || ChatTemplates.source(opened.model().description())
                                    .isPresent());
            if (converses) {
                answer(opened, adapters, text, wanted);
            } else {
                continueText(opened, adapters, text, wanted);
            }
        }
        return 0;
    }

    private String prompt() throws IOException {
        if (prompt == null && console.terminals().in()) {
            throw new IllegalArgumentException(
                    "give a prompt, or \"-\" to read it from standard input; \"lilla chat\" is for conversations");
        }
        String text = prompt == null || prompt.equals("-") ? console.readAll() : prompt;
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the prompt is empty. Give one after the model, or on standard input");
        }
        return text;
    }

    private void answer(LocalModel opened, Adapters adapters, String text, ResponseFormat wanted) {
        List<Message> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Message.system(system));
        }
        messages.add(Message.user(text));
        ChatRequest request = new ChatRequest(
                messages,
                Optional.of(generation.sampler(opened)),
                maxTokens == 0 ? OptionalInt.empty() : OptionalInt.of(maxTokens),
                stop,
                Map.of(),
                wanted);
        try (LocalChatModel chat = opened.chat(adapters.active())) {
            ChatResponse response = chat.chat(request, listener());
            finish(response.text(), response.finishReason(), response.usage());
        }
    }

    private void continueText(LocalModel opened, Adapters adapters, String text, ResponseFormat wanted) {
        GenerationDefaults defaults = opened.defaults();
        StopConditions until =
                new StopConditions(defaults.stopTokens(), stop, maxTokens == 0 ? Integer.MAX_VALUE : maxTokens);
        Completion completion = opened.generate(
                new GenerationRequest(
                        opened.encode(text),
                        generation.sampler(opened),
                        until,
                        adapters.active(),
                        opened.grammars().get(wanted)),
                listener());
        finish(completion.text(), completion.finishReason(), completion.usage());
    }

    private AnswerListener listener() {
        return json.isSet() ? AnswerListener.NONE : new AnswerPrinter(console, () -> false);
    }

    private void finish(String text, FinishReason reason, Usage usage) {
        if (json.isSet()) {
            console.printJson(JsonMapper.shared()
                    .createObjectNode()
                    .put("text", text)
                    .put("finishReason", reason.name().toLowerCase(Locale.ROOT))
                    .put("promptTokens", usage.promptTokens())
                    .put("completionTokens", usage.completionTokens())
                    .put("promptTokensPerSecond", usage.promptTokensPerSecond())
                    .put("completionTokensPerSecond", usage.completionTokensPerSecond())
                    .put("draftedTokens", usage.drafts().drafted())
                    .put("acceptedTokens", usage.drafts().accepted())
                    .put("tokensPerStep", usage.tokensPerStep()));
            return;
        }
        console.out().println();
        if (reason == FinishReason.LENGTH) {
            console.warn(
                    "stopped after " + usage.completionTokens() + " tokens; --max-tokens and --context allow more");
        }
        console.err().println(AnswerPrinter.timings(usage));
    }
}
