package dev.lilla.cli;

import dev.lilla.optimize.AdapterMerger;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.MergeRequest;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla merge`: a base and its adapter as one model.
@Command(
        name = "merge",
        sortOptions = false,
        description = {
            "Merges a LoRA adapter into its base, and writes the result as a model of its own.",
            "",
            "Neither is changed. The sum is computed in f32. The base should be the full-precision one: into weights "
                    + "of fewer than 8 bits nothing is merged. Quantize the result instead, with --type.",
        },
        footer = {
            "",
            "For example:",
            "  lilla merge smollm2-135m my-adapter --out mine.gguf --type q8_0",
            "  lilla merge tinyllama-1.1b-chat-v1.0 adapter.gguf --out mine",
        })
final class MergeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final ModelArgument base = new ModelArgument();

    @Parameters(
            index = "1",
            paramLabel = "ADAPTER",
            description = "A folder that PEFT wrote, a GGUF adapter, or a name in the store.")
    private String adapter = "";

    @Mixin
    private final ModelTargetMixin target = new ModelTargetMixin();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "f32, f16, bf16, q8_0 or any that lilla convert knows. Default: that of the base.")
    private @Nullable String type;

    @Option(
            names = "--scale",
            paramLabel = "X",
            defaultValue = "1",
            description = "How much of the adapter is merged. Default: ${DEFAULT-VALUE}, as it was trained.")
    private float scale = 1;

    @Mixin
    private final LoadMixin load = new LoadMixin();

    MergeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path out = target.path();
        Path path = ModelStore.open(console.environment()).resolve(adapter);
        MergeRequest request =
                MergeRequest.of(base.path(console), path, out).withScale(scale).with(load.options());
        if (type != null) {
            request = request.with(ConversionType.of(type));
        }
        ConversionProgress progress = new ConversionProgress(console, "merging");
        Path written = AdapterMerger.merge(request, progress);
        progress.finished();
        console.out().println(written);
        return 0;
    }
}
