package dev.lilla.cli;

import dev.lilla.evaluate.Divergence;
import dev.lilla.evaluate.Divergence.Side;
import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.ConversionRequest;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.optimize.Converter;
import dev.lilla.optimize.Cuts;
import dev.lilla.optimize.ImportanceMatrix;
import dev.lilla.optimize.PrunedFile;
import dev.lilla.optimize.SparseWeights;
import dev.lilla.optimize.StructuredPruning;
import dev.lilla.optimize.StructuredPruning.LayerChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla prune`: the same model with parts left out.
@Command(
        name = "prune",
        sortOptions = false,
        description = {
            "Leaves out what a model needs least on your own texts, and shows what that costs.",
            "",
            "--layers, --kv-heads and --ffn say how much stays; the file becomes smaller and faster. --sparsity sets "
                    + "single weights to zero instead: the file stays as large and as fast, since a CPU multiplies "
                    + "zeros like other numbers. What is lost can be trained back to a part with lilla train --lora.",
        },
        footer = {
            "",
            "For example:",
            "  lilla prune smollm2-135m-instruct small.gguf --layers 26 --ffn 1280 --data tickets.jsonl",
            "  lilla prune smollm2-135m-instruct sparse.gguf --sparsity 0.5 --method wanda --data tickets.jsonl",
        })
final class PruneCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Parameters(index = "1", paramLabel = "OUT", description = "The GGUF file to make.")
    @SuppressWarnings("NullAway.Init") // required
    private Path out;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "FILE",
            description =
                    "Texts by which parts are chosen, and by which the loss is told, in any form that lilla imatrix "
                            + "takes.")
    @SuppressWarnings("NullAway.Init") // required
    private Path data;

    @Option(
            names = "--test",
            paramLabel = "FILE",
            description = "Other texts, on which the loss is measured. Default: those of --data, which flatter it.")
    private @Nullable Path test;

    @Option(names = "--layers", paramLabel = "N", description = "Layers that stay.")
    private @Nullable Integer layers;

    @Option(
            names = "--by",
            paramLabel = "MEASURE",
            defaultValue = "influence",
            description = "How layers are chosen: influence (how much they turn the hidden state) or perplexity "
                    + "(without them; slower, better). Default: ${DEFAULT-VALUE}.")
    private LayerChoice choice = LayerChoice.INFLUENCE;

    @Option(
            names = "--kv-heads",
            paramLabel = "N",
            description = "Key/value heads that stay in every layer, with their query heads.")
    private @Nullable Integer kvHeads;

    @Option(names = "--ffn", paramLabel = "N", description = "Width of the feed-forward block that stays.")
    private @Nullable Integer ffn;

    @Option(
            names = "--sparsity",
            paramLabel = "SHARE",
            description = "Part of the weights of every row that becomes zero, 0 to 1.")
    private @Nullable Double sparsity;

    /// How single weights are chosen.
    private enum Method {
        MAGNITUDE,
        WANDA
    }

    @Option(
            names = "--method",
            paramLabel = "METHOD",
            defaultValue = "wanda",
            description = "How single weights are chosen: magnitude (their size) or wanda (their size times that of "
                    + "their inputs). Default: ${DEFAULT-VALUE}.")
    private Method method = Method.WANDA;

    @Option(
            names = "--requantize",
            description = "Allows weights of fewer than 8 bits to be quantized again where columns go.")
    private boolean requantize;

    @Mixin
    private final TargetMixin target = new TargetMixin();

    @Mixin
    private final CalibrationMixin calibration = new CalibrationMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    PruneCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        QuantizeCommand.requireGguf(out);
        target.check(out);
        boolean cuts = layers != null || kvHeads != null || ffn != null;
        if (cuts == (sparsity != null)) {
            throw new IllegalArgumentException(
                    "say what goes: --layers, --kv-heads and --ffn for parts, or --sparsity for single weights");
        }
        Path source = model.path(console);
        if (sparsity != null) {
            sparsen(source, sparsity);
        } else {
            cut(source);
        }
        report(source);
        return 0;
    }

    private void sparsen(Path source, double share) throws IOException {
        try (Backend backend = host.open();
                ModelDescription description = ModelDescription.open(source, load.options())) {
            Optional<ImportanceMatrix> importance = method == Method.WANDA
                    ? Optional.of(
                            calibration.run(console, description, backend, data).importance())
                    : Optional.empty();
            ConversionProgress progress = new ConversionProgress(console, "pruning");
            ConversionRequest request = ConversionRequest.of(source, out, SparseWeights.type(description, source))
                    .with(load.options());
            long zeros = new SparseWeights(share, importance).write(description, request, progress);
            progress.finished();
            console.warn(Units.count(zeros) + " of " + Units.count(description.parameters())
                    + " weights are zero now. The file is as large and as fast as before: a CPU multiplies zeros too");
        }
    }

    private void cut(Path source) throws IOException {
        if (!Files.isDirectory(source)) {
            cutGguf(source);
            return;
        }
        Path folder = Files.createTempDirectory("lilla-prune");
        Path file = folder.resolve("model.gguf");
        try {
            ConversionProgress progress = new ConversionProgress(console, "converting");
            try (ModelDescription description = ModelDescription.open(source, load.options())) {
                ConversionRequest request = ConversionRequest.of(source, file, SparseWeights.type(description, source));
                Converter.convert(request.with(load.options()), progress);
            }
            progress.finished();
            cutGguf(file);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    private void cutGguf(Path file) throws IOException {
        // What a directory needed to be told is in its GGUF.
        LoadOptions options = load.options();
        StructuredPruning pruning = new StructuredPruning(optional(layers), optional(kvHeads), optional(ffn), choice);
        try (Backend backend = host.open();
                ModelDescription description = ModelDescription.open(file, options)) {
            List<TextWindow> windows = calibration.windows(data, description);
            ProgressLine line = new ProgressLine(console);
            Cuts chosen = pruning.choose(
                    description, backend, windows, (done, total) -> line.started("window " + done + " of " + total, 0));
            line.finished();
            ConversionProgress progress = new ConversionProgress(console, "pruning");
            PrunedFile.write(
                    description,
                    chosen,
                    new PrunedFile.Target(
                            out, options, requantize ? Requantizing.ALLOWED : Requantizing.FROM_EIGHT_BITS),
                    progress);
            progress.finished();
            if (chosen.layers().size() < description.dimensions().layers()) {
                console.warn("layers that stay: " + chosen.layers());
            }
        }
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private void report(Path source) throws IOException {
        LocalModelOptions options = new LocalModelOptions(load.options(), KvType.F16, host.options());
        Path texts = test == null ? data : test;
        try (LocalModel original = LocalModel.open(source, options);
                LocalModel same = LocalModel.open(source, options);
                LocalModel pruned = LocalModel.open(out, options)) {
            List<TextWindow> windows =
                    calibration.windows(texts, original.model().description());
            ComparisonTable table = ComparisonTable.of(
                    List.of(row("before", original, same, windows), row("after", original, pruned, windows)));
            if (json.isSet()) {
                console.printJson(table.json());
            } else {
                table.print(console.out());
            }
        }
    }

    private static ComparisonRow row(String name, LocalModel original, LocalModel other, List<TextWindow> windows) {
        return ComparisonRow.of(
                name,
                other,
                Divergence.measure(
                        new Side(original.decoder(), original.cache()),
                        new Side(other.decoder(), other.cache()),
                        windows,
                        _ -> {}));
    }
}
