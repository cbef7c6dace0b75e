package dev.lilla.cli;

import dev.lilla.optimize.ConversionRequest;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.Converter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla convert`: other files of the same model.
@Command(
        name = "convert",
        sortOptions = false,
        description = {
            "Converts a Hugging Face directory to GGUF, GGUF to GGUF of another type, or GGUF to a directory.",
            "",
            "A target that ends with .gguf is a GGUF file, anything else a directory. One that exists "
                    + "stays, unless --force.",
        },
        footer = {
            "",
            "For example:",
            "  lilla convert tinyllama-1.1b-chat-v1.0 tiny-q8_0.gguf --type q8_0",
            "  lilla convert tiny-f16.gguf tiny-q4_k_m.gguf --type q4_k_m",
            "  lilla convert tiny-f16.gguf tiny-directory --type bf16",
        })
final class ConvertCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Parameters(index = "1", paramLabel = "TARGET", description = "The GGUF file or the directory to make.")
    @SuppressWarnings("NullAway.Init") // required
    private Path target;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "f16",
            description = "f32, f16, bf16, q8_0, q4_0, q4_1, q5_0, q5_1, q2_k, q3_k_s|m|l, q4_k_s|m, q5_k_s|m, q6_k, "
                    + "iq4_nl or iq4_xs. Default: ${DEFAULT-VALUE}.")
    private String type = "f16";

    @Option(
            names = "--requantize",
            description = "Allows to quantize weights that are quantized already, which loses more than once would.")
    private boolean requantize;

    @Mixin
    private final TargetMixin overwriting = new TargetMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    ConvertCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        overwriting.check(target);
        Path source = model.path(console);
        ConversionRequest request =
                ConversionRequest.of(source, target, ConversionType.of(type)).with(load.options());
        if (requantize) {
            request = request.with(ConversionRequest.Requantizing.ALLOWED);
        }
        ProgressLine progress = new ProgressLine(console);
        progress.started("converting", 0);
        Path written = Converter.convert(request, (tensor, done, total) -> progress.reached(tensor, done, total));
        progress.finished();
        console.out().println(written);
        return 0;
    }
}
