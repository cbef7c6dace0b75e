package dev.lilla.cli;

import dev.lilla.evaluate.report.EvaluationPage;
import dev.lilla.evaluate.run.Comparison;
import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.Exports;
import dev.lilla.evaluate.run.JudgeRecord;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.evaluate.run.Subject;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskFile;
import dev.lilla.evaluate.task.TaskRows;
import dev.lilla.project.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla evaluate`: how good models are at a task, how sure that is, and what it costs.
@Command(
        name = "evaluate",
        sortOptions = false,
        description = {
            "Evaluates models on a task: scores with 95 %% intervals, speed, memory, cost, and whether the models differ.",
            "",
            "MODEL+ADAPTER evaluates a model with a LoRA adapter. What was answered is kept: an interrupted run goes on "
                    + "where it was, and the same question is never asked twice.",
        },
        footer = {
            "",
            "For example:",
            "  lilla evaluate a.gguf b.gguf --task tickets.yaml --report report.html",
            "  lilla evaluate a.gguf gpt-4o-mini --project lilla.yaml --prices prices.yaml",
            "  lilla evaluate demo/llama --task lm-eval-task.yaml --shots 2 --context 2048",
        })
final class EvaluateCommand implements Callable<Integer> {
    private static final long SECONDS_TO_SAVE = 60;

    private final Console console;

    @Parameters(
            arity = "1..*",
            paramLabel = "MODEL",
            description = "Models in files or in the store, or elsewhere as --project names them; compared in pairs.")
    private List<String> models = List.of();

    @Option(
            names = {"--task", "-t"},
            paramLabel = "FILE",
            description = "The task, in YAML: Lilla's own form or lm-eval's. Default: the test examples of --project.")
    private @Nullable Path task;

    @Option(
            names = "--project",
            paramLabel = "FILE",
            description = "A project: its test examples are the task, and MODEL and --judge may name a model elsewhere "
                    + "that it has under candidates.remote.")
    private @Nullable Path project;

    @Option(
            names = {"--data", "-d"},
            paramLabel = "FILE",
            description = "The examples, .jsonl, .csv or .tsv, in place of those that the task names.")
    private @Nullable Path data;

    @Option(
            names = "--columns",
            split = ",",
            paramLabel = "FIELD=COLUMN",
            description = "What fields of the task are called in the file.")
    private Map<String, String> columns = Map.of();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "The most examples. Default: all, or what the project says.")
    private @Nullable Integer limit;

    @Option(names = "--shots", paramLabel = "N", description = "Examples shown before each question.")
    private @Nullable Integer shots;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "8",
            description = "Texts written side by side, after the first ones that are timed. Default: ${DEFAULT-VALUE}.")
    private int parallel = 8;

    @Mixin
    private final JsonOption json = new JsonOption();

    @ArgGroup(validate = false, heading = "%nResults:%n")
    private final EvaluateOutputs outputs = new EvaluateOutputs();

    @ArgGroup(validate = false, heading = "%nA judge:%n")
    private final JudgeOptions judge = new JudgeOptions();

    @Mixin
    private final SubjectMixin subjects = new SubjectMixin();

    EvaluateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if ((limit != null && limit < 1) || parallel < 1) {
            throw new IllegalArgumentException("--limit and --parallel must be 1 or more");
        }
        if (judge.isNamed() && models.size() < 2) {
            throw new IllegalArgumentException("a judge compares the written answers of two models or more");
        }
        Prices prices = outputs.prices == null ? Prices.assumed() : Prices.read(outputs.prices);
        try (RemoteSubjects remote =
                project == null ? RemoteSubjects.none(console) : RemoteSubjects.of(console, Project.read(project))) {
            return evaluate(remote, prices);
        }
    }

    private int evaluate(RemoteSubjects remote, Prices prices) throws IOException, InterruptedException {
        Evaluation evaluation = evaluation();
        for (String model : models) {
            if (remote.has(model)) {
                remote.require(model, prices);
            } else {
                subjects.requireFiles(console, model);
            }
        }
        judge.require(console, remote);
        List<Result> results = new ArrayList<>();
        try (RunStore store = AnswersFile.open(console, outputs.runs);
                Interruption interruption = Interruption.open(SECONDS_TO_SAVE)) {
            for (String model : models) {
                ProgressLine progress = new ProgressLine(console);
                try (Subject subject =
                        remote.has(model) ? remote.subject(model, prices) : subjects.open(console, model, parallel)) {
                    Optional<Result> result = evaluation.run(
                            subject,
                            store,
                            (name, done, total) ->
                                    progress.started(name + ": " + done + " of " + total + " examples", 0),
                            interruption);
                    progress.finished();
                    if (result.isEmpty()) {
                        console.warn("interrupted; the same command goes on from here");
                        return Lilla.INTERRUPTED;
                    }
                    results.add(EvaluateTable.named(result.get(), results));
                }
            }
        }
        List<Comparison> comparisons = Comparison.all(results, 1, Bootstrap.DEFAULT);
        if (!json.isSet()) {
            new EvaluateTable(console.out(), results, comparisons, prices).print();
        }
        Optional<JudgeRecord> judged = judge.judge(console, subjects, remote, results);
        show(results, comparisons, prices, judged);
        return 0;
    }

    private Evaluation evaluation() {
        if (task == null && project == null) {
            throw new IllegalArgumentException("there is nothing to ask: name a task with --task, or a project with"
                    + " --project, whose test examples are one");
        }
        if (task == null) {
            TestExamples examples = TestExamples.of(ProjectArgument.usable(Objects.requireNonNull(project)));
            int most = limit == null ? examples.limit() : limit;
            Evaluation asked = examples.evaluation(most);
            return new Evaluation(withOptions(asked.task()), most, asked.bootstrap(), asked.seeds());
        }
        return new Evaluation(
                withOptions(TaskFile.read(task)), limit == null ? Integer.MAX_VALUE : limit, Bootstrap.DEFAULT);
    }

    private Task withOptions(Task read) {
        TaskRows rows = read.rows().withColumns(columns);
        rows = data == null ? rows : rows.withTest(data);
        return read.withRows(shots == null ? rows : rows.withShots(shots));
    }

    private void show(List<Result> results, List<Comparison> comparisons, Prices prices, Optional<JudgeRecord> judged)
            throws IOException {
        if (json.isSet()) {
            console.printJson(Exports.json(results, comparisons, prices, judged));
        } else {
            judged.ifPresent(record -> JudgeOptions.print(console, record));
        }
        if (outputs.csv != null) {
            Files.writeString(outputs.csv, Exports.csv(results));
        }
        if (outputs.report != null) {
            EvaluationPage.write(
                    outputs.report,
                    new EvaluationPage.Contents(results, comparisons, prices, judged),
                    console.tongue(outputs.lang));
            console.warn("report: " + outputs.report);
        }
    }
}
