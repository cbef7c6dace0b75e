package dev.lilla.cli;

import dev.lilla.demo.CorpusFile;
import dev.lilla.demo.DemoCorpus;
import dev.lilla.demo.Example;
import dev.lilla.demo.HouseBaseline;
import dev.lilla.demo.HouseCorpus;
import dev.lilla.demo.Language;
import dev.lilla.demo.Score;
import dev.lilla.demo.Split;
import dev.lilla.demo.Task;
import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.kernel.Precision;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.AdapterScaling;
import dev.lilla.model.LoraAdapter;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.store.ModelStore;
import dev.lilla.train.Averaging;
import dev.lilla.train.BatchOptions;
import dev.lilla.train.Columns;
import dev.lilla.train.EncodingOptions;
import dev.lilla.train.LoraOptions;
import dev.lilla.train.OptimizerOptions;
import dev.lilla.train.RateOptions;
import dev.lilla.train.Schedule;
import dev.lilla.train.Trainer;
import dev.lilla.train.TrainingOptions;
import dev.lilla.train.TrainingRequest;
import dev.lilla.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `lilla demo`: a model learns the ways of a company while one watches.
@Command(
        name = "demo",
        sortOptions = false,
        description = {
            "Teaches the model that comes with Lilla the ways of an invented company, here and now.",
            "",
            "Kvitto handles payments. The model knows nothing of its ticket categories, its rules and its tone. It "
                    + "answers some questions as it is, learns an adapter from 2,000 of Kvitto's logs in about a "
                    + "minute, and answers them again. Nothing leaves this machine.",
        },
        footer = {"", "For example:", "  lilla demo", "  lilla demo --out kvitto --questions 600"})
final class DemoCommand implements Callable<Integer> {
    /// One example of the general mixture for so many logs, so that the model keeps what it can.
    private static final int LOGS_A_REPLAY = 5;

    private static final String LOGS = "logs.jsonl";
    private static final int RANK = 16;
    private static final double RATE = 4e-3;
    private static final int EXAMPLES_A_STEP = 9;
    private static final long SEED = 1;

    private final Console console;

    @Option(
            names = {"--out", "-o"},
            paramLabel = "DIR",
            description = "Folder for the logs and the adapter. Default: demo/kvitto in the store.")
    private @Nullable Path out;

    @Option(
            names = "--logs",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Logs to learn from. Default: ${DEFAULT-VALUE}.")
    private int logs = HouseCorpus.TRAINING_LOGS;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often to go through the logs. Default: ${DEFAULT-VALUE}.")
    private int epochs = 5;

    @Option(
            names = {"--questions", "-n"},
            paramLabel = "N",
            defaultValue = "100",
            description = "Questions asked to measure before and after. Default: ${DEFAULT-VALUE}.")
    private int questions = 100;

    @Mixin
    private final HostMixin host = new HostMixin();

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (logs < 1 || questions < 1) {
            throw new IllegalArgumentException("--logs and --questions are 1 or more");
        }
        ModelStore store = ModelStore.open(console.environment());
        Path model = store.resolve(DemoModel.NAME);
        Path folder = out == null ? store.home().resolve("demo").resolve("kvitto") : out;
        HouseCorpus kvitto = HouseCorpus.of(SEED);
        List<Example> asked =
                kvitto.examples(Split.KNOWN_PHRASING, 0, questions).toList();
        List<Example> shown = shown(kvitto);

        say("@|bold Kvitto|@ is an invented payments company. Its model, " + DemoModel.NAME
                + ", has never heard of it: not of its ticket categories, its rules, its tone.");
        say("");
        say("@|bold 1. As it is|@");
        Answers before = answers(model, null, shown, asked);

        say("");
        say("@|bold 2. It learns|@ from " + logs + " customer-service logs: an adapter, on this machine");
        long started = System.nanoTime();
        Optional<Path> adapter = train(model, folder, kvitto);
        if (adapter.isEmpty()) {
            return Lilla.INTERRUPTED;
        }
        Duration time = Duration.ofNanos(System.nanoTime() - started);

        say("");
        say("@|bold 3. After " + Units.time(time) + "|@ (questions and names it was not trained on)");
        Answers after = answers(model, adapter.get(), shown, asked);
        compare(shown, before, after);
        measure(kvitto, asked, before, after);
        say("");
        say("The adapter is in " + adapter.get() + ". Go on with:");
        say("  lilla chat " + DemoModel.NAME + " --lora " + adapter.get());
        say("  lilla demo-score " + DemoModel.NAME + " --house --lora " + adapter.get());
        return 0;
    }

    /// One question of each kind, and one in Swedish.
    private static List<Example> shown(HouseCorpus kvitto) {
        return List.of(
                first(kvitto, Task.HOUSE_CLASSIFY, Language.EN),
                first(kvitto, Task.HOUSE_REPLY, Language.EN),
                first(kvitto, Task.HOUSE_SLIP, Language.EN),
                first(kvitto, Task.HOUSE_REPLY, Language.SV));
    }

    private static Example first(HouseCorpus kvitto, Task task, Language language) {
        return LongStream.iterate(0, index -> index + 1)
                .mapToObj(index -> kvitto.example(Split.KNOWN_PHRASING, task, index))
                .filter(example -> example.language() == language)
                .findFirst()
                .orElseThrow();
    }

    /// What a model said.
    ///
    /// @param shown to the questions that are shown
    /// @param right how many of the others were answered right
    private record Answers(List<String> shown, int right) {}

    private Answers answers(Path model, @Nullable Path adapter, List<Example> shown, List<Example> asked)
            throws IOException {
        LocalModelOptions options = new LocalModelOptions(LoadOptions.DEFAULT, KvType.F16, host.options());
        ProgressLine progress = new ProgressLine(console);
        try (LocalModel opened = LocalModel.open(model, options)) {
            List<ActiveAdapter> active = adapter == null
                    ? List.of()
                    : List.of(new ActiveAdapter(
                            LoraAdapter.open(adapter, opened.model().description(), opened.backend()), 1));
            try (Adapters adapters = new Adapters(active);
                    LocalChatModel chat = opened.chat(adapters.active())) {
                List<String> said = new ArrayList<>();
                for (Example example : shown) {
                    said.add(DemoQuestion.ask(chat, example.prompt()));
                }
                int right = 0;
                for (int i = 0; i < asked.size(); i++) {
                    progress.started("question " + (i + 1) + " of " + asked.size(), 0);
                    right += DemoQuestion.ask(chat, asked.get(i).prompt())
                                    .equals(asked.get(i).answer())
                            ? 1
                            : 0;
                }
                progress.finished();
                return new Answers(said, right);
            }
        }
    }

    private Optional<Path> train(Path model, Path folder, HouseCorpus kvitto) throws IOException {
        clear(folder);
        Files.createDirectories(folder);
        Path file = folder.resolve(LOGS);
        Stream<Example> replayed =
                DemoCorpus.of(SEED).examples(Split.TRAIN, DemoCorpus.VALIDATION_FROM / 2, logs / LOGS_A_REPLAY);
        CorpusFile.write(file, Stream.concat(kvitto.examples(Split.TRAIN, 0, logs), replayed), () -> {});
        TrainingRun.begin(folder);
        HostOptions hostOptions = host.options();
        try (HostBackend backend = HostBackend.open(hostOptions);
                TrainingRun run = TrainingRun.open(request(model, file, folder), backend);
                Interruption interruption = Interruption.open()) {
            Trainer.Outcome outcome = run.train(new TrainingProgress(console, false), interruption);
            run.report();
            if (outcome == Trainer.Outcome.INTERRUPTED) {
                say("Stopped. Nothing was changed; begin again with: lilla demo");
                return Optional.empty();
            }
            return Optional.of(run.write());
        }
    }

    private TrainingRequest request(Path model, Path file, Path folder) {
        OptimizerOptions standard = OptimizerOptions.standard();
        return new TrainingRequest(
                model,
                LoadOptions.DEFAULT,
                new TrainingRequest.Examples(file, Optional.empty(), 0, Columns.DEFAULT, EncodingOptions.of(512)),
                folder,
                Optional.of(
                        new LoraOptions(RANK, 2.0 * RANK, AdapterScaling.BY_RANK, 0, Set.of(LoraOptions.ALL_LINEAR))),
                new TrainingOptions(
                        SEED,
                        epochs,
                        OptionalInt.empty(),
                        BatchOptions.of(EXAMPLES_A_STEP, 2048),
                        Averaging.TOKENS,
                        standard,
                        new RateOptions(new Schedule.Shape.Linear(), RATE, 0.03, 0),
                        new TrainingOptions.Validation(0, 0),
                        new TrainingOptions.Saving(0, 1)),
                new TrainingRequest.Computing(Precision.BF16, false));
    }

    /// Removes what an earlier demo left, and nothing else.
    private static void clear(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.isRegularFile(folder.resolve(LOGS)) && !isEmpty(folder)) {
            throw new IllegalArgumentException(
                    folder + ": holds something that no demo left there. Name another folder with --out");
        }
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> found = Files.list(folder)) {
            return found.findAny().isEmpty();
        }
    }

    private void compare(List<Example> shown, Answers before, Answers after) {
        SideBySide columns = new SideBySide(Math.min(console.columns(), 120), 2);
        for (int i = 0; i < shown.size(); i++) {
            say("");
            say("@|faint " + shown.get(i).request().replace("\n", " | ") + "|@");
            columns.print(console.out(), "BEFORE", "AFTER");
            columns.print(console.out(), before.shown().get(i), after.shown().get(i));
        }
    }

    private void measure(HouseCorpus kvitto, List<Example> asked, Answers before, Answers after) {
        HouseBaseline rules = new HouseBaseline(
                HouseBaseline.Method.KEYWORDS,
                kvitto.examples(Split.TRAIN, 0, logs).toList());
        say("");
        Table table = new Table("ANSWERED BY", ">RIGHT OF " + asked.size(), "95 % INTERVAL");
        row(table, "keyword rules", count(asked, rules::answer), asked.size());
        row(table, "the model before", before.right(), asked.size());
        row(table, "the model after", after.right(), asked.size());
        table.print(console.out());
    }

    private static int count(List<Example> asked, Function<Example, String> answering) {
        return (int) asked.stream()
                .filter(example -> answering.apply(example).equals(example.answer()))
                .count();
    }

    private static void row(Table table, String who, int right, int total) {
        Score score = new Score(who, "exact", right, total);
        table.row(who, right, String.format(Locale.ROOT, "%.0f to %.0f %%", 100 * score.low(), 100 * score.high()));
    }

    private void say(String markup) {
        console.out().println(console.styled(markup));
    }
}
