package dev.lilla.cli;

import dev.lilla.chat.Message;
import dev.lilla.demo.DemoCorpus;
import dev.lilla.demo.Example;
import dev.lilla.demo.HouseBaseline;
import dev.lilla.demo.HouseCorpus;
import dev.lilla.demo.Score;
import dev.lilla.demo.Scores;
import dev.lilla.demo.Split;
import dev.lilla.generate.LocalChatModel;
import dev.lilla.generate.LocalModel;
import dev.lilla.kernel.KvType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/// `lilla demo-score`: how well a model does what the demo models are trained for.
@Command(
        name = "demo-score",
        sortOptions = false,
        description = {
            "Asks a model the test questions of the demo models, and counts the right answers.",
            "",
            "Every test has one right answer. Names and firms of the tests are in no training text; \"phrasing\" tests "
                    + "also have sentences that are in none, \"foreign\" ones have names from outside the invented "
                    + "language. Intervals are of 95 %%.",
            "",
            "With --house the questions are those of Kvitto, the invented company, beside two answers without a model: "
                    + "always the most frequent label, and the label with most keywords.",
        },
        footer = {
            "",
            "For example:",
            "  lilla demo-score lilla-demo-s",
            "  lilla demo-score lilla-demo-s --house --lora kvitto/adapter",
            "  lilla demo-score lilla-demo-s --house --shots 5",
        })
final class DemoScoreCommand implements Callable<Integer> {
    private static final List<Split> SPLITS =
            List.of(Split.KNOWN_PHRASING, Split.HELD_OUT_PHRASING, Split.FOREIGN_NAMES);

    private final Console console;

    @Mixin
    private final ModelMixin model = new ModelMixin();

    @Mixin
    private final LoraMixin lora = new LoraMixin();

    @Option(names = "--house", description = "The questions of Kvitto instead.")
    private boolean house;

    @Option(
            names = "--shots",
            paramLabel = "N",
            defaultValue = "0",
            description = "Shows so many solved examples of Kvitto before each question, fewer where the model's "
                    + "context has no room for them. Default: ${DEFAULT-VALUE}.")
    private int shots;

    @Option(
            names = {"--questions", "-n"},
            paramLabel = "N",
            defaultValue = "600",
            description = "Questions of each split. Default: ${DEFAULT-VALUE}.")
    private int questions = 600;

    @Option(
            names = "--show",
            paramLabel = "N",
            defaultValue = "0",
            description = "Shows so many wrong answers of each group. Default: ${DEFAULT-VALUE}.")
    private int show;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "1",
            description = "Another seed asks other questions. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Mixin
    private final JsonOption json = new JsonOption();

    DemoScoreCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (questions < 1 || shots < 0) {
            throw new IllegalArgumentException("--questions is 1 or more and --shots 0 or more");
        }
        if (shots > HouseCorpus.SHOWN_MAX) {
            throw new IllegalArgumentException("--shots is " + shots + ", expected at most " + HouseCorpus.SHOWN_MAX);
        }
        if (shots > 0 && !house) {
            throw new IllegalArgumentException("--shots are examples of Kvitto: they need --house");
        }
        Map<String, Scores> results = new LinkedHashMap<>();
        HouseCorpus kvitto = HouseCorpus.of(seed);
        try (Interruption interruption = Interruption.open();
                LocalModel opened = model.open(console, KvType.F16);
                Adapters adapters = lora.open(opened, console)) {
            if (house) {
                List<Example> logs = kvitto.examples(Split.TRAIN, 0, HouseCorpus.TRAINING_LOGS)
                        .toList();
                for (HouseBaseline.Method method : HouseBaseline.Method.values()) {
                    HouseBaseline baseline = new HouseBaseline(method, logs);
                    results.put(
                            method.name().toLowerCase(Locale.ROOT), answered(kvitto, baseline::answer, () -> false));
                }
            }
            LocalChatModel chat = opened.chat(adapters.active());
            ShownExamples examples = new ShownExamples(kvitto, shots, opened, chat);
            Function<Example, List<Message>> asking = shots > 0 ? examples::before : Example::prompt;
            results.put(
                    "model", answered(kvitto, example -> DemoQuestion.ask(chat, asking.apply(example)), interruption));
            if (shots > 0) {
                console.err().println("examples shown: " + examples.tally());
            }
            show(results);
            return interruption.getAsBoolean() ? Lilla.INTERRUPTED : 0;
        }
    }

    private Scores answered(HouseCorpus kvitto, Function<Example, String> answering, BooleanSupplier cancelled) {
        Scores scores = new Scores();
        ProgressLine progress = new ProgressLine(console);
        DemoCorpus corpus = DemoCorpus.of(seed);
        Map<String, Integer> shown = new LinkedHashMap<>();
        for (Split split : SPLITS) {
            Stream<Example> asked = house ? kvitto.examples(split, 0, questions) : corpus.examples(split, 0, questions);
            int done = 0;
            for (Example example : (Iterable<Example>) asked::iterator) {
                if (cancelled.getAsBoolean()) {
                    break;
                }
                progress.started(split.label() + ": question " + ++done + " of " + questions, 0);
                String found = answering.apply(example);
                scores.add(example, found);
                if (!found.strip().equals(example.answer())
                        && shown.merge(example.task() + split.label(), 1, Integer::sum) <= show) {
                    progress.finished();
                    console.out().println("asked     " + example.request().replace("\n", "\n          "));
                    console.out().println("expected  " + example.answer().replace("\n", "\n          "));
                    console.out().println("found     " + found.strip().replace("\n", "\n          "));
                    console.out().println();
                }
            }
        }
        progress.finished();
        return scores;
    }

    private void show(Map<String, Scores> results) {
        if (json.isSet()) {
            ArrayNode all = JsonMapper.shared().createArrayNode();
            results.forEach((who, scores) -> scores.list()
                    .forEach(score -> all.addObject()
                            .put("answered_by", who)
                            .put("group", score.group())
                            .put("what", score.what())
                            .put("correct", score.correct())
                            .put("total", score.total())
                            .put("share", score.share())
                            .put("low", score.low())
                            .put("high", score.high())));
            console.printJson(all);
            return;
        }
        Table table = new Table("ANSWERED BY", "QUESTIONS", "RIGHT", ">OF 100", ">LOW", ">HIGH", ">OF");
        results.forEach((who, scores) -> scores.list().forEach(score -> row(table, who, score)));
        table.print(console.out());
    }

    private static void row(Table table, String who, Score score) {
        table.row(
                who,
                score.group(),
                score.what(),
                percent(score.share()),
                percent(score.low()),
                percent(score.high()),
                score.total());
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}
