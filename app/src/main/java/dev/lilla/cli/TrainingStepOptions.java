package dev.lilla.cli;

import dev.lilla.train.Averaging;
import dev.lilla.train.BatchOptions;
import dev.lilla.train.OptimizerOptions;
import dev.lilla.train.RateOptions;
import dev.lilla.train.Schedule;
import dev.lilla.train.TrainingOptions;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How long and how fast to learn.
final class TrainingStepOptions {
    /// What `--optimizer` knows.
    enum Method {
        ADAMW,
        MUON
    }

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often to go through the data. Default: ${DEFAULT-VALUE}.")
    private int epochs = 3;

    @Option(names = "--steps", paramLabel = "N", description = "Ends after so many steps.")
    private @Nullable Integer steps;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "8",
            description = "Examples of a step. Default: ${DEFAULT-VALUE}.")
    private int batch = 8;

    @Option(
            names = "--micro-batch",
            paramLabel = "TOKENS",
            defaultValue = "2048",
            description = "Tokens that go through the model together: bounds memory and changes nothing else."
                    + " Default: ${DEFAULT-VALUE}.")
    private int microBatch = 2048;

    @Option(names = "--micro-batch-examples", paramLabel = "N", description = "Examples of a micro-batch at most.")
    private @Nullable Integer microBatchExamples;

    @Option(
            names = "--averaging",
            paramLabel = "OF",
            defaultValue = "tokens",
            description = "A step's loss is the mean of its tokens, or of the means of its micro_batches as in"
                    + " Transformers before 4.46. Default: ${DEFAULT-VALUE}.")
    private Averaging averaging = Averaging.TOKENS;

    @Option(names = "--no-shuffle", description = "Takes examples in the order of the file.")
    private boolean noShuffle;

    @Option(
            names = "--length-pools",
            paramLabel = "STEPS",
            defaultValue = "1",
            description = "Steps whose examples are sorted by length together; 1 for none. Default: ${DEFAULT-VALUE}.")
    private int pools = 1;

    @Option(
            names = "--rate",
            paramLabel = "X",
            description = "Learning rate. Default: 2e-4 with --lora, 2e-5 without," + " 1e-3 from scratch.")
    private @Nullable Double rate;

    @Option(
            names = "--schedule",
            paramLabel = "SHAPE",
            defaultValue = "cosine",
            description = "constant, linear, cosine, or constant-linear, which falls in the last fifth."
                    + " Default: ${DEFAULT-VALUE}.")
    private String schedule = "cosine";

    @Option(
            names = "--decay-part",
            paramLabel = "P",
            defaultValue = "0.2",
            description = "The last part of the steps that falls, for constant-linear. Default: ${DEFAULT-VALUE}.")
    private double decayPart = 0.2;

    @Option(
            names = "--warmup",
            paramLabel = "X",
            defaultValue = "0.03",
            description = "Steps in which the rate rises; below 1 a part of all. Default: ${DEFAULT-VALUE}.")
    private double warmup = 0.03;

    @Option(
            names = "--floor",
            paramLabel = "P",
            defaultValue = "0",
            description = "Lowest rate after that, as a part of the highest. Default: ${DEFAULT-VALUE}.")
    private double floor;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            description = "adamw, or muon, which learns more from each token where all weights are trained: the"
                    + " matrices of the layers go by Muon then, the rest by AdamW, at one rate."
                    + " Default: muon from scratch, else adamw.")
    private @Nullable Method optimizer;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            defaultValue = "0.01",
            description = "Of matrices; norms and biases are left alone. Default: ${DEFAULT-VALUE}.")
    private double decay = 0.01;

    @Option(
            names = "--beta2",
            paramLabel = "X",
            defaultValue = "0.999",
            description = "How slowly AdamW forgets the size of gradients; 0.95 to 0.98 for models from scratch."
                    + " Default: ${DEFAULT-VALUE}.")
    private double beta2 = 0.999;

    @Option(
            names = "--clip",
            paramLabel = "X",
            defaultValue = "1",
            description = "Largest norm of the gradients; 0 for any. Default: ${DEFAULT-VALUE}.")
    private double clip = 1;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Same seed, same run. Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(
            names = "--validate-every",
            paramLabel = "STEPS",
            defaultValue = "0",
            description = "Validates. Default: at the end of each epoch.")
    private int validateEvery;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description = "Ends after N validations without improvement; 0 for never. The best is kept in either case."
                    + " Default: ${DEFAULT-VALUE}.")
    private int patience;

    @Option(
            names = "--save-every",
            paramLabel = "STEPS",
            defaultValue = "0",
            description = "Writes a checkpoint. Default: at the end of each epoch, and at Ctrl-C.")
    private int saveEvery;

    @Option(
            names = "--keep",
            paramLabel = "N",
            defaultValue = "2",
            description = "Checkpoints that stay, beside the best. Default: ${DEFAULT-VALUE}.")
    private int keep = 2;

    /// @param defaultRate where none is given
    /// @param defaultMethod where none is given
    TrainingOptions options(double defaultRate, Method defaultMethod) {
        OptimizerOptions standard = OptimizerOptions.standard();
        return new TrainingOptions(
                seed,
                epochs,
                optional(steps),
                new BatchOptions(
                        batch,
                        microBatch,
                        optional(microBatchExamples),
                        noShuffle ? BatchOptions.Order.FILE : BatchOptions.Order.SHUFFLED,
                        pools),
                averaging,
                new OptimizerOptions(
                        standard.beta1(),
                        beta2,
                        standard.epsilon(),
                        new OptimizerOptions.Decay(decay, OptimizerOptions.Decay.Of.MATRICES),
                        clip,
                        muon(optimizer == null ? defaultMethod : optimizer)),
                new RateOptions(shape(), rate == null ? defaultRate : rate, warmup, floor),
                new TrainingOptions.Validation(validateEvery, patience),
                new TrainingOptions.Saving(saveEvery, keep));
    }

    private static Optional<OptimizerOptions.Muon> muon(Method method) {
        return switch (method) {
            case ADAMW -> Optional.empty();
            case MUON -> Optional.of(OptimizerOptions.Muon.STANDARD);
        };
    }

    private Schedule.Shape shape() {
        return switch (schedule) {
            case "constant" -> new Schedule.Shape.Constant();
            case "linear" -> new Schedule.Shape.Linear();
            case "cosine" -> new Schedule.Shape.Cosine();
            case "constant-linear" -> new Schedule.Shape.ConstantThenLinear(decayPart);
            default ->
                throw new IllegalArgumentException(
                        "--schedule knows constant, linear, cosine and constant-linear, not \"" + schedule + "\"");
        };
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
