package dev.lilla.cli;

import dev.lilla.kernel.HostBackend;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.train.ScratchModel;
import dev.lilla.train.Trainer;
import dev.lilla.train.TrainingOptions;
import dev.lilla.train.TrainingRequest;
import dev.lilla.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/// `lilla train`: teaches a model from examples.
@Command(
        name = "train",
        sortOptions = false,
        description = {
            "Teaches a model from examples: an adapter (--lora), all its weights, or a new model (--from-scratch).",
            "",
            "DATA is .jsonl with {\"messages\": [...]}, {\"prompt\": ..., \"completion\": ...} or {\"text\": ...} a line, "
                    + ".csv or .tsv with such columns, or .txt. In chats the assistant's words are learned, and where "
                    + "its turns end.",
            "",
            "Ctrl-C writes a checkpoint; the same command with --resume goes on.",
        },
        footer = {
            "",
            "For example:",
            "  lilla train smollm2-135m-instruct tickets.jsonl --out tickets --lora",
            "  lilla train ./model faq.csv --out faq --columns prompt=q,completion=a",
            "  lilla train ./tokenizer corpus.txt --out tiny --from-scratch",
        })
final class TrainCommand implements Callable<Integer> {
    private static final double LORA_RATE = 2e-4;
    private static final double FULL_RATE = 2e-5;
    private static final double SCRATCH_RATE = 1e-3;

    /// A micro-batch of a large model, and writing its checkpoint, take a while.
    private static final long SECONDS_TO_SAVE = 300;

    private final Console console;

    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Parameters(index = "1", paramLabel = "DATA", description = "The examples.")
    @SuppressWarnings("NullAway.Init") // required
    private Path train;

    @Option(
            names = {"--out", "-o"},
            required = true,
            paramLabel = "DIR",
            description = "Folder of the run: the result, checkpoints, log.jsonl, and report.html.")
    @SuppressWarnings("NullAway.Init") // required
    private Path out;

    @Option(names = "--resume", description = "Goes on from the newest checkpoint in --out.")
    private boolean resume;

    @Option(names = "--dry-run", description = "Shows what the data and the run come to, and trains nothing.")
    private boolean dryRun;

    @Option(names = "--report", description = "Writes report.html after every validation, not at the end alone.")
    private boolean report;

    @Mixin
    private final JsonOption json = new JsonOption();

    @ArgGroup(validate = false, heading = "%nWhat is trained:%n")
    private final TrainingMethodOptions method = new TrainingMethodOptions();

    @ArgGroup(validate = false, heading = "%nThe data:%n")
    private final TrainingDataOptions data = new TrainingDataOptions();

    @ArgGroup(validate = false, heading = "%nThe run:%n")
    private final TrainingStepOptions steps = new TrainingStepOptions();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    TrainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        boolean isNew = !resume && !dryRun;
        if (isNew) {
            TrainingRun.requireNone(out);
        }
        Path source = method.fromScratch ? scratch() : model.path(console);
        TrainingRequest request = request(source);
        if (isNew) {
            TrainingRun.begin(out);
        }
        TrainingProgress progress = new TrainingProgress(console, json.isSet());
        try (HostBackend backend = host.open();
                TrainingRun run = TrainingRun.open(request, backend)) {
            progress.planned(run, request);
            if (dryRun) {
                return 0;
            }
            if (resume) {
                if (!run.resume()) {
                    throw new IllegalArgumentException(
                            out + ": holds no checkpoint to go on from. Leave --resume out to begin");
                }
                progress.resumed(run);
            }
            return train(run, progress);
        }
    }

    private int train(TrainingRun run, TrainingProgress progress) {
        Trainer.Outcome outcome;
        try (Interruption interruption = Interruption.open(SECONDS_TO_SAVE)) {
            outcome = run.train(
                    event -> {
                        progress.happened(event);
                        if (report && TrainingProgress.isValidation(event)) {
                            run.report();
                        }
                    },
                    interruption);
            Path page = run.report();
            if (outcome == Trainer.Outcome.INTERRUPTED) {
                progress.interrupted(run);
                return Lilla.INTERRUPTED;
            }
            progress.finished(run, outcome, run.write(), page);
        }
        return 0;
    }

    private TrainingRequest request(Path source) {
        int context;
        try (ModelDescription description = ModelDescription.open(source, load.options())) {
            context = description.spec().contextLength();
        }
        double rate = method.fromScratch ? SCRATCH_RATE : method.lora().isPresent() ? LORA_RATE : FULL_RATE;
        TrainingStepOptions.Method optimizer =
                method.fromScratch ? TrainingStepOptions.Method.MUON : TrainingStepOptions.Method.ADAMW;
        TrainingOptions options = steps.options(rate, optimizer);
        return new TrainingRequest(
                source, load.options(), data.data(train, context), out, method.lora(), options, method.computing());
    }

    /// The model that has learned nothing yet, which stays in the run's folder so that it can go on.
    private Path scratch() throws IOException {
        Path begun = out.resolve("scratch");
        if (!resume || !Files.isDirectory(begun)) {
            Path tokenizer = model.path(console);
            Path file = method.config == null ? tokenizer.resolve("config.json") : method.config;
            JsonNode config =
                    method.shape == null ? ScratchModel.read(file) : ScratchModel.config(method.shape, tokenizer);
            String name = method.shape == null ? file.toString() : "--shape";
            ScratchModel.write(config, name, tokenizer, begun, steps.seed);
        }
        return begun;
    }
}
