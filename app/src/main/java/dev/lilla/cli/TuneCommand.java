package dev.lilla.cli;

import dev.lilla.project.Project;
import dev.lilla.project.Quantities;
import dev.lilla.search.PartFiles;
import dev.lilla.search.Recipe;
import dev.lilla.search.Tuner;
import dev.lilla.train.StepPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla tune`: teaches a model a project's job.
@Command(
        name = "tune",
        sortOptions = false,
        description = {
            "Teaches a model a project's job: a LoRA adapter from the project's training data, with usual settings.",
            "",
            "Each example is asked as the evaluation will ask it. lilla train has every setting, and takes the files that "
                    + "this command leaves in DIR/data. Ctrl-C writes a checkpoint; the same command goes on.",
        },
        footer = {
            "",
            "For example:",
            "  lilla tune --model lilla-demo-s",
            "  lilla tune tickets/lilla.yaml --model smollm2-135m-instruct --epochs 3 --out tuned",
        })
final class TuneCommand implements Callable<Integer> {
    private static final long SECONDS_TO_SAVE = 300;

    private final Console console;

    @Mixin
    private final ProjectArgument argument = new ProjectArgument();

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "The model, in a file or in the store. Default: the best candidate of the project.")
    private @Nullable String model;

    @Option(
            names = {"--out", "-o"},
            paramLabel = "DIR",
            description = "Folder of the run. Default: tuned, beside the project.")
    private @Nullable Path out;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often to go through the training data. Default: ${DEFAULT-VALUE}.")
    private int epochs = Tuner.EPOCHS;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            description = "Time that it may take, as 30m or 2h; fewer epochs are taken where it is short.")
    private @Nullable String budget;

    @Mixin
    private final HostMixin host = new HostMixin();

    TuneCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (epochs < 1) {
            throw new IllegalArgumentException("--epochs must be 1 or more");
        }
        Project project = argument.usable();
        List<String> named = model == null ? List.of() : List.of(model);
        Recipe base = new ProjectModels(console)
                .recipes(project, named, host.options())
                .getFirst();
        Path folder = out == null ? argument.file().toAbsolutePath().resolveSibling("tuned") : out;
        PartFiles parts = PartFiles.write(project, folder.resolve("data"));
        if (parts.train().rows() == 0) {
            throw new IllegalArgumentException(
                    argument.file() + ": the data has no training examples. Give data.train.");
        }
        console.warn(base.name() + " learns from " + parts.train().rows() + " examples, and is checked on "
                + parts.validation().rows());
        Duration time = budget == null ? Duration.ofDays(365) : Quantities.duration(budget);
        Path run = folder.resolve(ModelArgument.name(base.model()));
        TrainingProgress progress = new TrainingProgress(console, false);
        try (Interruption interruption = Interruption.open(SECONDS_TO_SAVE)) {
            Tuner tuner = new Tuner(parts, host.options(), epochs);
            return finish(tuner.tune(base.source(), run, time, progress, interruption), base);
        }
    }

    private int finish(Tuner.Outcome outcome, Recipe base) {
        return switch (outcome) {
            case Tuner.Outcome.Tuned(Path adapter, double rounds, StepPlan plan) -> {
                console.out().println(adapter);
                console.err()
                        .println(String.format(
                                Locale.ROOT,
                                "learned in %.1f epochs, %d steps of %d planned at first. Go on with:",
                                rounds,
                                plan.steps(),
                                plan.first()));
                console.err().println("  lilla chat " + base.source() + " --lora " + adapter);
                console.err().println("  lilla merge " + base.source() + " " + adapter + " tuned.gguf");
                yield 0;
            }
            case Tuner.Outcome.TooLong(Duration needed) -> {
                console.warn("one epoch takes about " + Units.time(needed) + ", more than --budget allows");
                yield Lilla.FAILED;
            }
            case Tuner.Outcome.Interrupted _ -> {
                console.warn("interrupted; the same command goes on from here");
                yield Lilla.INTERRUPTED;
            }
        };
    }
}
