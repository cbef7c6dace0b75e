package dev.lilla.cli;

import dev.lilla.decision.DecisionRecord;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.project.Project;
import dev.lilla.project.Quantities;
import dev.lilla.project.Tongue;
import dev.lilla.search.Recipe;
import dev.lilla.search.Search;
import dev.lilla.search.SearchRequest;
import dev.lilla.search.Tuner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla optimize`: finds the variant that does a project's job, and writes the decision down.
@Command(
        name = "optimize",
        sortOptions = false,
        description = {
            "Finds the variant of a model that does a project's job best for what it takes, and says why.",
            "",
            "Its candidates are tuned on the training data, made smaller and quantized, as the project allows; screened on "
                    + "validation examples; and the best are judged on test examples against the goal and in paired tests "
                    + "against what they were made from. The decision is written as decision.json and report.html. Ctrl-C "
                    + "stops; the same command goes on from there.",
            "",
            "Models elsewhere that the project names answer the test examples beside them, if goal.privacy is open: their "
                    + "price has to stand in --prices.",
        },
        footer = {
            "",
            "For example:",
            "  lilla optimize",
            "  lilla optimize tickets/lilla.yaml --budget 30m --models lilla-demo-s,lilla-demo-m",
        })
final class OptimizeCommand implements Callable<Integer> {
    /// Training writes a checkpoint first.
    private static final long SECONDS_TO_SAVE = 300;

    private final Console console;

    @Mixin
    private final ProjectArgument argument = new ProjectArgument();

    @Option(
            names = {"--out", "-o"},
            paramLabel = "DIR",
            description =
                    "Folder for the decision, its report and all variants. Default: decision, beside the project.")
    private @Nullable Path out;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            description = "Time that it may take, as 30m or 2h. Default: that of the project.")
    private @Nullable String budget;

    @Option(
            names = "--models",
            split = ",",
            paramLabel = "MODEL",
            description =
                    "Models to begin with, in files or in the store, and names of models elsewhere that the project "
                            + "has. Default: the candidates of the project.")
    private List<String> models = List.of();

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often tuning goes through the training data, time allowing. Default: ${DEFAULT-VALUE}.")
    private int epochs = Tuner.EPOCHS;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "8",
            description =
                    "Answers written side by side, after the first ones that are timed. Default: ${DEFAULT-VALUE}.")
    private int parallel = 8;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description = "What the machine, power and other models cost. Default: assumptions for a small server.")
    private @Nullable Path prices;

    @Option(
            names = "--lang",
            paramLabel = "CODE",
            description = "Language of the report: en or sv. Default: that of LANG.")
    private @Nullable String lang;

    @Mixin
    private final HostMixin host = new HostMixin();

    @Mixin
    private final JsonOption json = new JsonOption();

    OptimizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (epochs < 1 || parallel < 1) {
            throw new IllegalArgumentException("--epochs and --parallel must be 1 or more");
        }
        Project project = argument.usable();
        Path folder = out == null ? argument.file().toAbsolutePath().resolveSibling("decision") : out;
        Files.createDirectories(folder);
        SearchRequest request = request(project, folder);
        SearchProgress progress = new SearchProgress(console, tongue());
        Search.Outcome outcome;
        try (RemoteSubjects remote = RemoteSubjects.of(console, project);
                RunStore store = RunStore.open(folder.resolve("runs.db"));
                Interruption interruption = Interruption.open(SECONDS_TO_SAVE)) {
            outcome = Search.run(request.with(remote.wanted(models, request.prices())), store, progress, interruption);
        } finally {
            progress.finished();
        }
        return switch (outcome) {
            case Search.Outcome.Interrupted _ -> {
                console.warn("interrupted; the same command goes on from here");
                yield Lilla.INTERRUPTED;
            }
            case Search.Outcome.Decided decided -> {
                DecisionOutputs outputs = new DecisionOutputs(console, project, folder, tongue());
                DecisionRecord record = outputs.write(decided, progress.notes());
                if (json.isSet()) {
                    console.printJson(record.json());
                } else {
                    outputs.print(decided);
                }
                yield decided.decision().meetsGoal() ? 0 : Lilla.FAILED;
            }
        };
    }

    private SearchRequest request(Project project, Path folder) throws IOException {
        List<Recipe> recipes =
                new ProjectModels(console).recipes(project, RemoteSubjects.without(project, models), host.options());
        Duration time = budget == null ? project.optimization().budget() : Quantities.duration(budget);
        return new SearchRequest(
                project,
                recipes,
                folder,
                new LocalModelOptions(LoadOptions.DEFAULT, KvType.F16, host.options()),
                prices == null ? Prices.assumed() : Prices.read(prices),
                epochs,
                parallel,
                time,
                tongue(),
                new MemoryProcess(host.options(), tongue()),
                List.of());
    }

    private Tongue tongue() {
        return console.tongue(lang);
    }
}
