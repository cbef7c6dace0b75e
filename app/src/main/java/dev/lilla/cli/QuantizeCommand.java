package dev.lilla.cli;

import dev.lilla.optimize.ConversionRequest;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.Converter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla quantize`: the same model in fewer bits.
@Command(
        name = "quantize",
        sortOptions = false,
        description = {
            "Makes a GGUF whose weights take fewer bits, from a GGUF or a Hugging Face directory.",
            "",
            "Mixtures such as q4_k_m choose a type for every tensor as llama.cpp does. An importance matrix of your own "
                    + "texts (lilla imatrix) keeps what they need closest; it helps most at 2, 3 and 4 bits. "
                    + "lilla compare shows what a type costs.",
        },
        footer = {
            "",
            "For example:",
            "  lilla quantize smollm2-135m small-q4_k_m.gguf --type q4_k_m",
            "  lilla imatrix smollm2-135m --data tickets.jsonl --out tickets.imatrix.gguf",
            "  lilla quantize smollm2-135m small-q3.gguf --type q3_k_m --imatrix tickets.imatrix.gguf "
                    + "--tensor blk.0.*=q6_k",
        })
final class QuantizeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Parameters(index = "1", paramLabel = "OUT", description = "The GGUF file to make.")
    @SuppressWarnings("NullAway.Init") // required
    private Path out;

    @Option(names = "--type", required = true, paramLabel = "TYPE", description = QuantizationMixin.TYPES + ".")
    private String type = "";

    @Mixin
    private final QuantizationMixin quantization = new QuantizationMixin();

    @Mixin
    private final TargetMixin target = new TargetMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    QuantizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        requireGguf(out);
        target.check(out);
        Path source = model.path(console);
        ConversionRequest request = quantization.apply(
                ConversionRequest.of(source, out, ConversionType.of(type)).with(load.options()));
        ConversionProgress progress = new ConversionProgress(console, "quantizing");
        Path written = Converter.convert(request, progress);
        progress.finished();
        console.out().println(written);
        return 0;
    }

    /// @throws IllegalArgumentException if the name is that of another kind of file
    static void requireGguf(Path file) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".gguf")) {
            throw new IllegalArgumentException(file + ": what is made is a GGUF. Give it a name that ends with .gguf.");
        }
    }
}
