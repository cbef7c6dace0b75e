package dev.lilla.cli;

import dev.lilla.demo.CorpusFile;
import dev.lilla.demo.DemoCorpus;
import dev.lilla.demo.Example;
import dev.lilla.demo.HouseCorpus;
import dev.lilla.demo.Language;
import dev.lilla.demo.LeakCheck;
import dev.lilla.demo.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `lilla demo-corpus`: the texts that the demo models are trained and tested on.
@Command(
        name = "demo-corpus",
        sortOptions = false,
        description = {
            "Writes the invented texts that the demo models are trained and tested on.",
            "",
            "Lines of JSON with the messages of a conversation. Names and sentence skeletons of the tests do not occur "
                    + "in the training files: each training text is searched for all of them, and the few in which "
                    + "chance put one together are left out. Files that exist are replaced.",
        },
        footer = {
            "",
            "For example:",
            "  lilla demo-corpus corpus --examples 400000",
            "  lilla demo-corpus corpus --seed 2",
        })
final class DemoCorpusCommand implements Callable<Integer> {
    private static final List<Split> TESTS =
            List.of(Split.KNOWN_PHRASING, Split.HELD_OUT_PHRASING, Split.FOREIGN_NAMES);
    private static final int TEST_EXAMPLES = 2_000;
    private static final int HOUSE_TEST_LOGS = 600;
    private static final int HOUSE_VALIDATION_LOGS = 200;

    private final Console console;

    @Parameters(index = "0", paramLabel = "DIR", description = "The directory for the files; made if it is missing.")
    @SuppressWarnings("NullAway.Init") // required
    private Path directory;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "100000",
            description = "How many training examples. Default: ${DEFAULT-VALUE}.")
    private int examples = 100_000;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "1",
            description = "Another seed gives other examples. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    DemoCorpusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        if (examples < 1) {
            throw new IllegalArgumentException("--examples must be 1 or more, found " + examples);
        }
        Files.createDirectories(directory);
        DemoCorpus corpus = DemoCorpus.of(seed);
        HouseCorpus house = HouseCorpus.of(seed);
        LeakCheck leaks = new LeakCheck(
                TESTS.stream().flatMap(split -> Stream.concat(tests(corpus, split), tests(house, split))));
        Map<String, long[]> counts = new TreeMap<>();

        write("train.jsonl", checked(corpus.examples(Split.TRAIN, 0, examples), leaks, counts));
        long valid = Math.clamp(examples / 20, 1, TEST_EXAMPLES);
        write("valid.jsonl", corpus.examples(Split.TRAIN, DemoCorpus.VALIDATION_FROM, valid));
        for (Split split : TESTS) {
            write("test-" + split.label() + ".jsonl", tests(corpus, split));
        }
        write("house-train.jsonl", checked(house.examples(Split.TRAIN, 0, HouseCorpus.TRAINING_LOGS), leaks, counts));
        write("house-valid.jsonl", house.examples(Split.TRAIN, DemoCorpus.VALIDATION_FROM, HOUSE_VALIDATION_LOGS));
        write("house-test.jsonl", TESTS.stream().flatMap(split -> tests(house, split)));
        return report(counts, leaks.report());
    }

    private static Stream<Example> tests(DemoCorpus corpus, Split split) {
        return corpus.examples(split, 0, TEST_EXAMPLES);
    }

    private static Stream<Example> tests(HouseCorpus house, Split split) {
        return house.examples(split, 0, HOUSE_TEST_LOGS);
    }

    private static Stream<Example> checked(Stream<Example> training, LeakCheck leaks, Map<String, long[]> counts) {
        return training.filter(leaks::read).peek(example -> {
            long[] count = counts.computeIfAbsent(example.task().label(), _ -> new long[2]);
            count[example.language() == Language.EN ? 0 : 1]++;
        });
    }

    private void write(String name, Stream<Example> lines) throws IOException {
        ProgressLine progress = new ProgressLine(console);
        progress.started(name, 0);
        CorpusFile.write(directory.resolve(name), lines, () -> progress.advance(1));
        progress.finished();
        console.out().println(directory.resolve(name));
    }

    private int report(Map<String, long[]> counts, LeakCheck.Report leaks) {
        console.out().println();
        Table table = new Table("TASK", ">ENGLISH", ">SWEDISH");
        counts.forEach((task, count) -> table.row(task, count[0], count[1]));
        table.print(console.out());
        console.out().println();
        console.out()
                .println("looked for " + leaks.names() + " names, " + leaks.skeletons()
                        + " skeletons and all requests of the tests in " + leaks.examples()
                        + " training examples; found and left out: " + leaks.found());
        leaks.leaks().forEach(leak -> console.err().println("lilla: left out: " + leak));
        return 0;
    }
}
