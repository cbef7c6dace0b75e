package dev.lilla.cli;

import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.ModelAverager;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla average`: the mean of a model and of what more training made of it.
@Command(
        name = "average",
        sortOptions = false,
        description = {
            "Averages the weights of two models of the same shapes, and writes the result as a model of its own.",
            "",
            "The mean of a model and of what further training made of it often keeps most of what was learned, and "
                    + "loses less of what was known. Models that were not trained from one another have no mean that "
                    + "is worth anything.",
        },
        footer = {
            "",
            "For example:",
            "  lilla average before/model after/model --share 0.6 --out mean",
            "  lilla average before.gguf after.gguf --out mean.gguf --type q8_0",
        })
final class AverageCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelArgument first = new ModelArgument();

    @Parameters(
            index = "1",
            paramLabel = "OTHER",
            description = "The other model: a GGUF file, a directory or a name in the store.")
    private String second = "";

    @Option(
            names = "--share",
            paramLabel = "X",
            defaultValue = "0.5",
            description = "How much of the other one, 0 to 1. Default: ${DEFAULT-VALUE}.")
    private float share = 0.5f;

    @Mixin
    private final ModelTargetMixin target = new ModelTargetMixin();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description = "f32, f16, bf16 or, in a GGUF, q8_0. Default: ${DEFAULT-VALUE}.")
    private String type = "f32";

    @Mixin
    private final LoadMixin load = new LoadMixin();

    AverageCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path out = target.path();
        Path other = ModelStore.open(console.environment()).resolve(second);
        ConversionProgress progress = new ConversionProgress(console, "averaging");
        Path written = ModelAverager.average(
                new ModelAverager.Request(
                        first.path(console), other, share, out, ConversionType.of(type), load.options()),
                progress);
        progress.finished();
        console.out().println(written);
        return 0;
    }
}
