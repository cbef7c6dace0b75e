package dev.lilla.cli;

import dev.lilla.evaluate.Perplexity;
import dev.lilla.generate.LocalModel;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/// `lilla perplexity`: how well a model predicts a text.
@Command(
        name = "perplexity",
        sortOptions = false,
        description = {
            "Measures how well a model predicts a text, by llama.cpp's protocol, so that figures can be compared.",
            "",
            "The text is cut into windows of --context tokens; the second half of each is scored. Lower is better.",
        },
        footer = {"", "For example:", "  lilla perplexity model.gguf wiki.test.raw --context 512"})
final class PerplexityCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(index = "1", paramLabel = "FILE", description = "The text.")
    @SuppressWarnings("NullAway.Init") // required
    private Path file;

    @Option(
            names = {"--context", "-c"},
            paramLabel = "TOKENS",
            defaultValue = "512",
            description = "Tokens in a window. Default: ${DEFAULT-VALUE}.")
    private int context = 512;

    @Option(
            names = {"--batch", "-b"},
            paramLabel = "TOKENS",
            defaultValue = "512",
            description = "Tokens that go through the model together. Default: ${DEFAULT-VALUE}.")
    private int batch = 512;

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Mixin
    private final ModelMixin model = new ModelMixin();

    @Mixin
    private final LoraMixin lora = new LoraMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    PerplexityCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        String text = Files.readString(file);
        try (LocalModel opened = model.open(console, cache.type());
                Adapters adapters = lora.open(opened, console)) {
            int[] tokens = opened.encode(text);
            Perplexity protocol = new Perplexity(context, batch, beginning(opened.tokenizer()), adapters.active());
            ProgressLine progress = new ProgressLine(console);
            Perplexity.Result result = protocol.measure(
                    opened.decoder(),
                    opened.cache(),
                    tokens,
                    running -> progress.started(
                            String.format(
                                    Locale.ROOT,
                                    "window %d of %d, perplexity %.4f",
                                    running.windows(),
                                    running.windowsTotal(),
                                    running.perplexity()),
                            0));
            progress.finished();
            print(result);
        }
        return 0;
    }

    /// The token that begins a text, where the model's texts begin with one.
    private static OptionalInt beginning(Tokenizer tokenizer) {
        int[] empty = tokenizer.encode("", SpecialTokens.ADD);
        OptionalInt begin = tokenizer.beginOfText();
        return empty.length > 0 && begin.isPresent() && empty[0] == begin.getAsInt() ? begin : OptionalInt.empty();
    }

    private void print(Perplexity.Result result) {
        if (json.isSet()) {
            console.printJson(JsonMapper.shared()
                    .createObjectNode()
                    .put("perplexity", result.perplexity())
                    .put("standardError", result.standardError())
                    .put("meanNll", result.meanNegativeLogLikelihood())
                    .put("tokens", result.tokens())
                    .put("windows", result.windows())
                    .put("context", context));
        } else {
            console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "perplexity %.4f +/- %.4f  (%d tokens scored in %d windows of %d)",
                            result.perplexity(),
                            result.standardError(),
                            result.tokens(),
                            result.windows(),
                            context));
        }
    }
}
