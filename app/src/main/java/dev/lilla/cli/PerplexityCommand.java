package dev.lilla.cli;

import dev.lilla.evaluate.Divergence;
import dev.lilla.evaluate.Perplexity;
import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.LocalModel;
import dev.lilla.optimize.SampleText;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

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

    @Option(
            names = "--against",
            paramLabel = "REFERENCE",
            description =
                    "Compares with the model that this one is a variant of: KL divergence, and how often both find "
                            + "the same token likeliest.")
    private @Nullable String against;

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
            Perplexity protocol =
                    new Perplexity(context, batch, SampleText.beginning(opened.tokenizer()), adapters.active());
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
            print(result, against == null ? Optional.empty() : Optional.of(divergence(opened, tokens, protocol)));
        }
        return 0;
    }

    private Divergence.Result divergence(LocalModel opened, int[] tokens, Perplexity protocol) throws IOException {
        ProgressLine progress = new ProgressLine(console);
        Path path = ModelStore.open(console.environment()).resolve(Objects.requireNonNull(against));
        try (LocalModel reference = LocalModel.open(path, model.options(cache.type()))) {
            return Divergence.measure(
                    new Divergence.Side(reference.decoder(), reference.cache()),
                    new Divergence.Side(opened.decoder(), opened.cache(), protocol.adapters()),
                    TextWindow.cut(tokens, context, protocol.beginOfText()),
                    window -> progress.started("window " + window + " against " + path.getFileName(), 0));
        } finally {
            progress.finished();
        }
    }

    private void print(Perplexity.Result result, Optional<Divergence.Result> divergence) {
        if (json.isSet()) {
            ObjectNode node = JsonMapper.shared()
                    .createObjectNode()
                    .put("perplexity", result.perplexity())
                    .put("standardError", result.standardError())
                    .put("meanNll", result.meanNegativeLogLikelihood())
                    .put("tokens", result.tokens())
                    .put("windows", result.windows())
                    .put("context", context);
            divergence.ifPresent(d -> node.put("meanKl", d.divergence())
                    .put("meanKlStandardError", d.divergenceError())
                    .put("topAgreement", d.agreement())
                    .put("meanLogProbabilityChange", 0 - d.lossChange()));
            console.printJson(node);
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
            divergence.ifPresent(d -> console.out()
                    .println(String.format(
                            Locale.ROOT,
                            "KL divergence %.6f +/- %.6f, same likeliest token at %.2f %% of %d places",
                            d.divergence(),
                            d.divergenceError(),
                            100 * d.agreement(),
                            d.tokens())));
        }
    }
}
