package dev.lilla.cli;

import dev.lilla.kernel.Precision;
import dev.lilla.model.AdapterScaling;
import dev.lilla.train.LoraOptions;
import dev.lilla.train.TrainingRequest;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What of a model is trained.
final class TrainingMethodOptions {
    @Option(
            names = "--lora",
            description = "Trains a low-rank adapter and leaves the model as it is: a fraction of the memory, and a"
                    + " result of a few megabytes. Without it the whole model is trained.")
    private boolean lora;

    @Option(
            names = "--rank",
            paramLabel = "N",
            defaultValue = "16",
            description = "Inner dimension of the adapter. Default: ${DEFAULT-VALUE}.")
    private int rank = 16;

    @Option(names = "--alpha", paramLabel = "X", description = "Changes are scaled by alpha / rank. Default: 2 * rank.")
    private @Nullable Double alpha;

    @Option(names = "--rslora", description = "Scales by alpha / sqrt(rank) instead.")
    private boolean rslora;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            defaultValue = "0",
            description = "Share of the adapter's inputs that is dropped. Default: ${DEFAULT-VALUE}.")
    private double dropout;

    @Option(
            names = "--targets",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = LoraOptions.ALL_LINEAR,
            description = "Modules that the adapter changes, by PEFT's names for the family, such as q_proj,v_proj."
                    + " Default: ${DEFAULT-VALUE}.")
    private Set<String> targets = Set.of(LoraOptions.ALL_LINEAR);

    @Option(
            names = "--from-scratch",
            description = "Begins with random weights. MODEL is then a folder with a tokenizer.")
    boolean fromScratch;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "config.json (llama) of the model to begin. Default: the one in MODEL.")
    @Nullable
    Path config;

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description = "Its shape instead: layers=4,hidden=256,heads=4,kv-heads=2,ffn=704,context=512.")
    @Nullable
    String shape;

    @Option(
            names = "--precision",
            paramLabel = "TYPE",
            defaultValue = "bf16",
            description = "f32, or bf16 for products where the processor has such instructions; sums are f32."
                    + " Default: ${DEFAULT-VALUE}.")
    private Precision precision = Precision.BF16;

    @Option(
            names = "--recompute",
            description = "Computes the insides of layers twice instead of keeping them: less memory, a third more"
                    + " time.")
    private boolean recompute;

    Optional<LoraOptions> lora() {
        AdapterScaling scaling = rslora ? AdapterScaling.BY_ROOT_OF_RANK : AdapterScaling.BY_RANK;
        return lora
                ? Optional.of(new LoraOptions(rank, alpha == null ? 2.0 * rank : alpha, scaling, dropout, targets))
                : Optional.empty();
    }

    TrainingRequest.Computing computing() {
        return new TrainingRequest.Computing(precision, recompute);
    }
}
