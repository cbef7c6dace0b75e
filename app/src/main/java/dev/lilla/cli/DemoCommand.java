package dev.lilla.cli;

import dev.lilla.decision.Decision;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.decision.DecisionWords;
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
import dev.lilla.search.Search.Outcome.Decided;
import dev.lilla.search.SearchRequest;
import dev.lilla.search.Tuner;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `lilla demo`: the five steps on a project that comes with Lilla, while one watches.
@Command(
        name = "demo",
        sortOptions = false,
        description = {
            "Goes from a goal to a decision, here and now, with the models that come with Lilla.",
            "",
            "Kvitto is an invented payments company. Its tickets become a project; two models are tried on them as they "
                    + "are, tuned on 2,000 of its logs, made smaller and quantized; the best are judged beside rules "
                    + "without a model; and a decision is written down with its reasons. About five minutes on two "
                    + "cores. Nothing leaves this machine.",
        },
        footer = {"", "For example:", "  lilla demo", "  lilla demo --dir kvitto --serve"})
final class DemoCommand implements Callable<Integer> {
    private static final long SECONDS_TO_SAVE = 60;

    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = {"--dir", "-d"},
            paramLabel = "DIR",
            description = "Folder for everything: project, tickets, variants, decision.json, report.html. Default: "
                    + "demo/kvitto in the store.")
    private @Nullable Path dir;

    @Option(
            names = "--logs",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Logs to learn from. Default: ${DEFAULT-VALUE}.")
    private int logs;

    @Option(
            names = {"--questions", "-n"},
            paramLabel = "N",
            defaultValue = "200",
            description = "Tickets to judge by. Default: ${DEFAULT-VALUE}.")
    private int questions;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often tuning goes through the logs, time allowing. Default: ${DEFAULT-VALUE}.")
    private int epochs = Tuner.EPOCHS;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            defaultValue = "4m",
            description = "Time for the search. Default: ${DEFAULT-VALUE}.")
    private String budget = "4m";

    @Option(names = "--no-seed", description = "Leaves out what a model of 7 billion parameters would take here.")
    private boolean withoutSeed;

    @Option(names = "--serve", description = "Starts the server with the chosen variant at the end.")
    private boolean serve;

    @Option(names = "--lang", paramLabel = "CODE", description = "Language: en or sv. Default: that of LANG.")
    private @Nullable String lang;

    @Mixin
    private final HostMixin host = new HostMixin();

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (logs < 20 || questions < 1 || epochs < 1) {
            throw new IllegalArgumentException("--logs is 20 or more, --questions and --epochs 1 or more");
        }
        Tongue tongue = console.tongue(lang);
        ModelStore store = ModelStore.open(console.environment());
        Path folder = dir == null ? store.home().resolve("demo").resolve("kvitto") : dir;
        requireOurs(folder);
        DemoStory story = new DemoStory(console, tongue);
        DemoProject demo = new DemoProject(folder, logs, questions, tongue);
        Project project = demo.write(budget);
        story.goal(project, logs, questions);
        List<Recipe> models = new ProjectModels(console).recipes(project, List.of(), host.options());
        story.candidates(models);
        SearchRequest request = new SearchRequest(
                project,
                models,
                folder,
                new LocalModelOptions(LoadOptions.DEFAULT, KvType.F16, host.options()),
                Prices.assumed(),
                epochs,
                8,
                Quantities.duration(budget),
                tongue,
                new MemoryProcess(host.options(), tongue),
                List.of());
        SearchProgress progress = new SearchProgress(console, tongue);
        story.search();
        try (RunStore runs = RunStore.open(folder.resolve("runs.db"));
                Interruption interruption = Interruption.open(SECONDS_TO_SAVE)) {
            Search.Outcome outcome = Search.run(request, runs, progress, interruption);
            progress.finished();
            if (!(outcome instanceof Decided decided)) {
                story.interrupted();
                return Lilla.INTERRUPTED;
            }
            decide(demo, project, decided, story, progress);
            if (!withoutSeed) {
                seed(store, decided.decision(), story, interruption);
            }
        }
        Path chosen = decisionFile(folder);
        story.next(folder, chosen);
        return serve ? spec.parent().commandLine().execute("serve", chosen.toString(), "--name", "kvitto") : 0;
    }

    private static Path decisionFile(Path folder) {
        DecisionRecord record = DecisionRecord.read(folder.resolve(DecisionRecord.FILE_NAME));
        return folder.resolve(
                record.variant(record.choice().variant()).orElseThrow().file());
    }

    private void decide(DemoProject demo, Project project, Decided found, DemoStory story, SearchProgress progress) {
        List<Baseline> baselines = new ArrayList<>(List.of(demo.rules()));
        baselines.addAll(found.baselines());
        Decided decided = new Decided(found.decision(), found.parts(), found.task(), baselines);
        DecisionOutputs outputs = new DecisionOutputs(console, project, demo.folder(), demo.tongue());
        DecisionRecord record = outputs.write(decided, progress.notes());
        story.decision();
        outputs.print(decided);
        story.answers(decided.decision());
        story.sentence(record, new DecisionWords(decided.decision(), demo.tongue()), baselines.getFirst());
    }

    private void seed(ModelStore store, Decision decision, DemoStory story, Interruption interruption) {
        ProgressLine line = new ProgressLine(console);
        Optional<SeedModel> seed = SeedModel.measure(
                store.home(),
                host.options(),
                decision.chosen().result().efficiency(),
                decision.prices(),
                interruption,
                what -> line.started(what, 0));
        line.finished();
        story.seed(seed);
    }

    /// Nothing but what a demo left is written over.
    private static void requireOurs(Path folder) throws IOException {
        if (!Files.exists(folder) || Files.exists(folder.resolve(Project.FILE_NAME))) {
            return;
        }
        try (Stream<Path> found = Files.list(folder)) {
            if (found.findAny().isPresent()) {
                throw new IllegalArgumentException(
                        folder + ": holds something that no demo left there. Name another folder with --dir");
            }
        }
    }
}
