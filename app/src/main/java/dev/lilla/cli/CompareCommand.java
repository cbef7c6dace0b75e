package dev.lilla.cli;

import dev.lilla.cli.ScoredTaskMixin.Question;
import dev.lilla.data.FileTree;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.optimize.ConversionRequest;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.Converter;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla compare`: what variants of a model lose against it.
@Command(
        name = "compare",
        sortOptions = false,
        description = {
            "Shows what variants of a model lose against it, on your own text, and what they gain in size and speed.",
            "",
            "Variants are files (quantized, pruned, merged), or types that the model is quantized to for the occasion. "
                    + "KL is the divergence of the next token's distribution from the original's, in nats; top-1 the "
                    + "share of tokens where both find the same one most likely.",
            "",
            "With --project they also do the project's own task: the table has the score with its 95 %% interval, and "
                    + "below it stands whether a variant does it worse. Ctrl-C stops; answers are kept, and the same "
                    + "command goes on.",
        },
        footer = {
            "",
            "For example:",
            "  lilla compare smollm2-135m --types q8_0,q4_k_m,q3_k_m --data held-out.jsonl",
            "  lilla compare smollm2-135m pruned.gguf healed.gguf --data held-out.jsonl --json",
            "  lilla compare smollm2-135m --types q8_0,q4_k_m --project lilla.yaml",
        })
final class CompareCommand implements Callable<Integer> {
    /// Ends with the window or the answers at hand.
    private static final long SECONDS_TO_SAVE = 60;

    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Parameters(index = "1..*", paramLabel = "VARIANT", description = "Files or names of variants of the model.")
    private List<String> variants = new ArrayList<>();

    @Option(
            names = "--types",
            split = ",",
            paramLabel = "TYPE",
            description = "Types that the model is quantized to: " + QuantizationMixin.TYPES + ".")
    private List<String> types = new ArrayList<>();

    @Mixin
    private final QuantizationMixin quantization = new QuantizationMixin();

    @Option(
            names = "--data",
            paramLabel = "FILE",
            description = "Texts that neither training nor the importance matrix has seen, in any form that "
                    + "lilla imatrix takes. Default: the test examples of --project.")
    private @Nullable Path data;

    @Mixin
    private final ScoredTaskMixin task = new ScoredTaskMixin();

    @Mixin
    private final CalibrationMixin windows = new CalibrationMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    CompareCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (variants.isEmpty() && types.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to compare: name files of variants, or --types");
        }
        task.requireHere(
                Stream.concat(Stream.of(model.name()), variants.stream()).toList());
        Path source = model.path(console);
        List<ConversionType> wanted = types.stream().map(ConversionType::of).toList();
        List<Named> files = new ArrayList<>();
        for (String name : variants) {
            files.add(new Named(name, ModelStore.open(console.environment()).resolve(name)));
        }
        try (Question question = task.open(console, data);
                Interruption interruption = Interruption.open(SECONDS_TO_SAVE);
                LocalModel original = LocalModel.open(source, options())) {
            original.model().warnings().forEach(console::warn);
            VariantMeter meter = new VariantMeter(
                    console,
                    original,
                    options(),
                    windows.windows(question.texts(), original.model().description()),
                    question.scored(),
                    interruption);
            List<ComparisonRow> rows = new ArrayList<>();
            rows.add(meter.original(source));
            for (Named file : files) {
                rows.add(meter.row(file.name(), file.path()));
            }
            for (ConversionType type : wanted) {
                rows.add(quantized(source, type, meter, interruption));
            }
            show(ComparisonTable.of(rows));
            return 0;
        } catch (CancellationException e) {
            console.warn("interrupted; what was answered is kept, and the same command goes on from there");
            return Lilla.INTERRUPTED;
        }
    }

    private record Named(String name, Path path) {}

    private void show(ComparisonTable table) {
        if (json.isSet()) {
            console.printJson(table.json());
        } else {
            table.print(console.out());
        }
    }

    private LocalModelOptions options() {
        return new LocalModelOptions(load.options(), KvType.F16, host.options());
    }

    private ComparisonRow quantized(Path source, ConversionType type, VariantMeter meter, Interruption interruption)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("lilla-compare");
        try {
            Path file = folder.resolve(type.label() + ".gguf");
            ConversionProgress progress =
                    new ConversionProgress(console, "quantizing to " + type.label(), interruption);
            Converter.convert(
                    quantization.apply(ConversionRequest.of(source, file, type).with(load.options())), progress);
            progress.finished();
            return meter.row(type.label(), file);
        } finally {
            new FileTree(folder).delete();
        }
    }
}
