package dev.lilla.cli;

import dev.lilla.evaluate.Divergence;
import dev.lilla.evaluate.Divergence.Side;
import dev.lilla.evaluate.TextWindow;
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
        },
        footer = {
            "",
            "For example:",
            "  lilla compare smollm2-135m --types q8_0,q4_k_m,q3_k_m --data held-out.jsonl",
            "  lilla compare smollm2-135m pruned.gguf healed.gguf --data held-out.jsonl --json",
        })
final class CompareCommand implements Callable<Integer> {
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
            required = true,
            paramLabel = "FILE",
            description = "Texts that neither training nor the importance matrix has seen, in any form that "
                    + "lilla imatrix takes.")
    @SuppressWarnings("NullAway.Init") // required
    private Path data;

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
    public Integer call() throws IOException {
        if (variants.isEmpty() && types.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to compare: name files of variants, or --types");
        }
        Path source = model.path(console);
        List<ConversionType> wanted = types.stream().map(ConversionType::of).toList();
        List<ComparisonRow> rows = new ArrayList<>();
        try (LocalModel original = LocalModel.open(source, options())) {
            original.model().warnings().forEach(console::warn);
            List<TextWindow> texts = windows.windows(data, original.model().description());
            rows.add(row("original", source, original, texts));
            for (String name : variants) {
                Path path = ModelStore.open(console.environment()).resolve(name);
                rows.add(row(name, path, original, texts));
            }
            for (ConversionType type : wanted) {
                rows.add(quantized(source, type, original, texts));
            }
        }
        if (json.isSet()) {
            console.printJson(ComparisonRow.json(rows));
        } else {
            ComparisonRow.print(rows, console);
        }
        return 0;
    }

    private LocalModelOptions options() {
        return new LocalModelOptions(load.options(), KvType.F16, host.options());
    }

    private ComparisonRow quantized(Path source, ConversionType type, LocalModel original, List<TextWindow> texts)
            throws IOException {
        Path folder = Files.createTempDirectory("lilla-compare");
        Path file = folder.resolve(type.label() + ".gguf");
        try {
            ConversionProgress progress = new ConversionProgress(console, "quantizing to " + type.label());
            Converter.convert(
                    quantization.apply(ConversionRequest.of(source, file, type).with(load.options())), progress);
            progress.finished();
            return row(type.label(), file, original, texts);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        }
    }

    private ComparisonRow row(String name, Path path, LocalModel original, List<TextWindow> texts) {
        try (LocalModel variant = LocalModel.open(path, options())) {
            return row(name, variant, original, texts);
        }
    }

    private ComparisonRow row(String name, LocalModel variant, LocalModel original, List<TextWindow> texts) {
        ProgressLine line = new ProgressLine(console);
        line.started("measuring " + name, 0);
        Divergence.Result result = Divergence.measure(
                new Side(original.decoder(), original.cache()),
                new Side(variant.decoder(), variant.cache()),
                texts,
                _ -> {});
        ComparisonRow row = ComparisonRow.of(name, variant, result);
        line.finished();
        return row;
    }
}
