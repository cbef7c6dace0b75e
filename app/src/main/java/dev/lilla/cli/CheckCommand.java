package dev.lilla.cli;

import dev.lilla.data.FileTree;
import dev.lilla.deploy.Deployed;
import dev.lilla.deploy.FreshExamples;
import dev.lilla.deploy.PromiseCheck;
import dev.lilla.deploy.PromisePage;
import dev.lilla.deploy.PromiseWords;
import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.LocalSubject;
import dev.lilla.evaluate.run.MemoryBasis;
import dev.lilla.evaluate.run.MemoryTrial;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import dev.lilla.search.MemoryProbe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla check`: whether what was deployed still does what was promised.
@Command(
        name = "check",
        sortOptions = false,
        description = {
            "Evaluates the deployed variant again, as the decision was made, and says whether the promise still holds: "
                    + "each limit of the goal, and whether quality is below what was promised.",
            "",
            "Exit status, for cron: 0 the promise holds, 1 it is broken, 2 it could not be checked. To say that it is broken "
                    + "takes evidence; too few examples leave it unsettled, which is no break.",
        },
        footer = {
            "",
            "For example:",
            "  lilla check --data fresh.csv",
            "  0 4 * * 1  lilla check /srv/tickets/lilla.yaml --data /srv/tickets/fresh.csv --quiet",
        })
final class CheckCommand implements Callable<Integer> {
    /// The promise could not be checked.
    private static final int UNCHECKED = 2;

    /// As decisions are made.
    private static final int PARALLEL = 8;

    private final Console console;

    @Mixin
    private final ProjectArgument argument = new ProjectArgument();

    @Option(
            names = {"--data", "-d"},
            paramLabel = "FILE",
            description = "Fresh examples with right answers, in the form of the project's data. Default: its test "
                    + "examples, which tell of this machine but not of new times.")
    private @Nullable Path data;

    @Option(
            names = "--deployment",
            paramLabel = "DIR",
            description = "What was deployed. Default: what deployment.folder says.")
    private @Nullable Path deployment;

    @Option(names = "--limit", paramLabel = "N", description = "The most examples. Default: what the project says.")
    private @Nullable Integer limit;

    @Option(
            names = "--prices",
            paramLabel = "FILE",
            description = "What the machine and power cost. Default: assumptions for a small server.")
    private @Nullable Path prices;

    @Option(names = "--report", paramLabel = "FILE", description = "Writes a page with all of it, in one HTML file.")
    private @Nullable Path report;

    @Option(
            names = "--lang",
            paramLabel = "CODE",
            description = "Language of the answer and its page: en or sv. Default: that of LANG.")
    private @Nullable String lang;

    @Option(
            names = {"--quiet", "-q"},
            description = "Prints nothing as long as the promise holds.")
    private boolean quiet;

    @Mixin
    private final JsonOption json = new JsonOption();

    @Mixin
    private final HostMixin host = new HostMixin();

    CheckCommand(Console console) {
        this.console = console;
    }

    @Override
    @SuppressWarnings("CheckReturnValue") // the status is another one here
    public Integer call() throws InterruptedException {
        try {
            return check();
        } catch (IOException | RuntimeException e) {
            new Failures(console, false).report(e);
            return UNCHECKED;
        }
    }

    private int check() throws IOException, InterruptedException {
        if (limit != null && limit < 1) {
            throw new IllegalArgumentException("--limit must be 1 or more");
        }
        Project project = argument.read();
        Deployed deployed =
                Deployed.open(project, deployment == null ? project.deployment().folder() : deployment);
        Prices costs = prices == null ? Prices.assumed() : Prices.read(prices);
        Path scratch = Files.createTempDirectory("lilla-check");
        try {
            FreshExamples examples =
                    data == null ? FreshExamples.ofProject(project, scratch) : FreshExamples.of(project, data, scratch);
            int most = limit != null ? limit : project.evaluation().limit().orElse(Integer.MAX_VALUE);
            Evaluation evaluation = new Evaluation(
                    examples.task(),
                    most,
                    Bootstrap.DEFAULT,
                    project.evaluation().roundSeeds());
            Optional<Result> result = evaluate(deployed, evaluation, scratch);
            if (result.isEmpty()) {
                console.warn(say("interrupted; nothing was decided", "avbrutet; inget avgjordes"));
                return Lilla.INTERRUPTED;
            }
            List<String> notes = notes(deployed, examples, result.get());
            Optional<Result> alike = withMemoryAlike(deployed, result.get(), notes);
            if (alike.isEmpty()) {
                console.warn(say("interrupted; nothing was decided", "avbrutet; inget avgjordes"));
                return Lilla.INTERRUPTED;
            }
            PromiseCheck check = PromiseCheck.of(deployed.variant(), alike.get(), costs);
            PromiseWords words = new PromiseWords(deployed.record(), check, notes, tongue());
            show(words, costs);
            return check.holds() ? 0 : Lilla.FAILED;
        } finally {
            new FileTree(scratch).delete();
        }
    }

    /// Nothing of an earlier run is taken: the times are of interest too.
    private Optional<Result> evaluate(Deployed deployed, Evaluation evaluation, Path scratch)
            throws InterruptedException {
        LocalModelOptions options = new LocalModelOptions(LoadOptions.DEFAULT, KvType.F16, host.options());
        ProgressLine progress = new ProgressLine(console);
        try (Interruption interruption = Interruption.open();
                RunStore store = RunStore.open(scratch.resolve("runs.db"));
                LocalSubject subject = new LocalSubject(
                        deployed.variant().name(),
                        LocalModel.open(deployed.model().path(), options),
                        options,
                        List.of(),
                        PARALLEL)) {
            return evaluation.run(
                    subject,
                    store,
                    (name, done, total) -> progress.started(name + ": " + done + " of " + total + " examples", 0),
                    interruption);
        } finally {
            progress.finished();
        }
    }

    /// With memory measured as the decision measured it.
    ///
    /// @param notes gets a note if that cannot be done
    /// @return empty if it was interrupted
    private Optional<Result> withMemoryAlike(Deployed deployed, Result result, List<String> notes)
            throws InterruptedException {
        boolean isOwn = deployed.variant()
                .memoryBasis()
                .filter(MemoryBasis.OWN_PROCESS::equals)
                .isPresent();
        if (!isOwn || result.efficiency().peakBytes().isEmpty()) {
            return Optional.of(result);
        }
        MemoryTrial trial = MemoryTrial.of(deployed.model().path(), result, PARALLEL);
        try (Interruption interruption = Interruption.open()) {
            return switch (new MemoryProcess(host.options(), tongue()).measure(trial, interruption)) {
                case MemoryProbe.Outcome.Measured(long bytes) -> Optional.of(result.withOwnMemory(bytes));
                case MemoryProbe.Outcome.Unmeasured(String why) -> {
                    notes.add(say(
                                    "memory is that of this command, and the decision measured a process of its own: ",
                                    "minnet är detta kommandos, och beslutet mätte en egen process: ")
                            + why);
                    yield Optional.of(result);
                }
                case MemoryProbe.Outcome.Interrupted _ -> Optional.empty();
            };
        }
    }

    private List<String> notes(Deployed deployed, FreshExamples examples, Result result) {
        List<String> notes = new ArrayList<>(deployed.differences(result, tongue()));
        if (data == null) {
            notes.add(say(
                    "these are the project's own test examples, which tell of this machine but not of new times; --data"
                            + " gives fresh ones",
                    "detta är projektets egna testexempel, som säger något om datorn men inget om nya tider; --data ger"
                            + " nya"));
        }
        if (examples.known() > 0) {
            notes.add(say(
                            "%d of the %d rows are in the training data too, and tell little about new ones",
                            "%d av de %d raderna finns också i träningsdata, och säger lite om nya")
                    .formatted(examples.known(), examples.rows()));
        }
        return notes;
    }

    private void show(PromiseWords words, Prices costs) {
        if (report != null) {
            PromisePage.write(report, words, costs);
        }
        if (quiet && words.check().holds()) {
            return;
        }
        if (json.isSet()) {
            console.printJson(words.json());
            return;
        }
        words.lines().forEach(console.out()::println);
        if (report != null) {
            console.warn(say("report: ", "rapport: ") + report);
        }
    }

    private Tongue tongue() {
        return console.tongue(lang);
    }

    private String say(String english, String swedish) {
        return new Wording(english, swedish).in(tongue());
    }
}
