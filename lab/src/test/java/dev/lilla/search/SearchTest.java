package dev.lilla.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.decision.DecisionWords;
import dev.lilla.decision.JudgedVariant;
import dev.lilla.decision.Variant;
import dev.lilla.demo.HouseCorpus;
import dev.lilla.demo.Split;
import dev.lilla.evaluate.run.ChatSubject;
import dev.lilla.evaluate.run.Elsewhere;
import dev.lilla.evaluate.run.MemoryBasis;
import dev.lilla.evaluate.run.MemoryTrial;
import dev.lilla.evaluate.run.Prices;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.TaskScores;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import dev.lilla.search.Search.Outcome.Decided;
import dev.lilla.search.Search.Outcome.Interrupted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Searches with the small model that comes with Lilla, on few tickets of its invented house.
class SearchTest {
    private static final Path MODEL =
            Path.of("..", "models", "lilla-demo-s.gguf").toAbsolutePath().normalize();
    private static final int LOGS = 60;
    private static final int QUESTIONS = 10;

    @TempDir
    private Path folder;

    private final Heard heard = new Heard();
    private double temperature;
    private MemoryProbe probe = MemoryProbe.none("no process here");

    /// What a search told.
    private static final class Heard implements Watcher {
        private final List<Stage> stages = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private final List<String> tuned = new ArrayList<>();
        private int evaluated;

        @Override
        public void stage(Stage stage) {
            stages.add(stage);
        }

        @Override
        public void progress(String what, long done, long total) {
            assertThat(done).isBetween(0L, total);
        }

        @Override
        public void tuned(String what, String how) {
            tuned.add(what + ": " + how);
        }

        @Override
        public void evaluated(Variant variant, double quality, int examples) {
            assertThat(quality).isBetween(0.0, 1.0);
            evaluated++;
        }

        @Override
        public void noted(String note) {
            notes.add(note);
        }
    }

    @BeforeEach
    void writeTickets() throws IOException {
        TicketFiles.write(folder, LOGS, QUESTIONS);
    }

    private Project project(String optimization) {
        return Project.parse(folder.resolve("lilla.yaml"), """
                name: tickets
                goal:
                  task: generate
                  metric: edit_similarity
                  minimum_quality: 0.1
                data:
                  train: train.jsonl
                  test: test.jsonl
                  columns: {id: id}
                evaluation:
                  system: You answer merchants for Kvitto.
                  seeds: [1, 2]
                  decoding: {temperature: %s}
                optimization: {%s}
                """.formatted(temperature, optimization));
    }

    private SearchRequest request(String optimization, Duration budget) {
        return new SearchRequest(
                project(optimization),
                List.of(Recipe.of("small", MODEL)),
                folder.resolve("decision"),
                LocalModelOptions.defaults(),
                Prices.assumed(),
                1,
                4,
                budget,
                Tongue.ENGLISH,
                probe,
                List.of());
    }

    private Search.Outcome search(SearchRequest request, BooleanSupplier cancelled) throws InterruptedException {
        try (RunStore store = RunStore.open(folder.resolve("runs.db"))) {
            return Search.run(request, store, heard, cancelled);
        }
    }

    @Test
    void makesVariantsAndDecidesBetweenThem() throws InterruptedException {
        SearchRequest request = request("types: [q4_0], prune: [layers]", Duration.ofMinutes(10));
        Decided decided = (Decided) search(request, () -> false);
        Map<String, JudgedVariant> variants =
                decided.decision().variants().stream().collect(Collectors.toMap(JudgedVariant::name, v -> v));
        assertThat(variants).containsKey("small");
        assertThat(variants.keySet()).anyMatch(name -> name.contains("tuned"));
        assertThat(variants.keySet()).anyMatch(name -> name.endsWith("q4_0"));
        assertThat(decided.decision().choice().best().figures().quality())
                .isGreaterThanOrEqualTo(quality(variants, "small"));
        assertThat(decided.decision().meetsGoal()).isTrue();
        for (JudgedVariant variant : variants.values()) {
            assertThat(variant.variant().file()).isRegularFile();
            assertThat(variant.result().scores().examples()).hasSize(QUESTIONS);
            variant.variant().parent().ifPresent(parent -> assertThat(variants).containsKey(parent));
            variant.variant().whole().ifPresent(whole -> assertThat(variants).containsKey(whole));
        }
        assertThat(decided.parts().train().rows() + decided.parts().validation().rows())
                .isEqualTo(LOGS);
        assertThat(decided.baselines()).extracting(Baseline::name).hasSize(2);
        assertThat(heard.stages)
                .containsExactly(Watcher.Stage.MODELS, Watcher.Stage.CUT, Watcher.Stage.QUANTIZED, Watcher.Stage.TEST);

        assertThat(heard.tuned).first().isEqualTo("small, tuned: 1.0 epochs in 7 steps, as planned");
        String words = "tuned on " + decided.parts().train().rows() + " examples (1.0 epochs in 7 steps, as planned)";
        assertThat(variants.values())
                .extracting(variant -> String.join("; ", variant.variant().made()))
                .anyMatch(made -> made.contains(words));

        int before = heard.evaluated;
        Map<Path, FileTime> made = times(variants);
        Decided again = (Decided) search(request, () -> false);
        assertThat(again.decision().chosen().name())
                .isEqualTo(decided.decision().chosen().name());
        assertThat(heard.evaluated).isEqualTo(2 * before);
        assertThat(times(variants)).isEqualTo(made);
    }

    private static double quality(Map<String, JudgedVariant> variants, String name) {
        return Optional.ofNullable(variants.get(name)).orElseThrow().figures().quality();
    }

    private static Map<Path, FileTime> times(Map<String, JudgedVariant> variants) {
        return variants.values().stream()
                .map(variant -> variant.variant().file())
                .collect(Collectors.toMap(path -> path, SearchTest::time));
    }

    private static FileTime time(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void goesOnAfterAnInterruption() throws InterruptedException {
        SearchRequest request = request("types: [q4_0]", Duration.ofMinutes(10));
        boolean[] isStopped = {false};
        BooleanSupplier stopping = () -> {
            isStopped[0] |= Files.exists(folder.resolve("decision/variants/small-tuned.training/steps.txt"));
            return isStopped[0];
        };
        assertThat(search(request, stopping)).isInstanceOf(Interrupted.class);
        assertThat(search(request, () -> false)).isInstanceOf(Decided.class);
    }

    @Test
    void saysWhatTheTimeDidNotAllow() throws InterruptedException {
        SearchRequest request = request("types: [q4_0], prune: [layers]", Duration.ofMillis(1));
        Decided decided = (Decided) search(request, () -> false);
        assertThat(decided.decision().chosen().name()).isEqualTo("small");
        assertThat(heard.notes).anySatisfy(note -> assertThat(note).contains("small, tuned", "not tried"));
    }

    @Test
    void asksModelsElsewhereOnceAndFirst() throws InterruptedException {
        List<String> asked = new ArrayList<>();
        ChatModel far = new ChatModel() {
            @Override
            public String name() {
                return "far";
            }

            @Override
            public ChatResponse chat(ChatRequest request, AnswerListener listener) {
                asked.add(request.messages().getLast().content());
                Usage usage = new Usage(20, 0, 5, Duration.ofMillis(30), Duration.ofMillis(10), DraftUsage.NONE);
                return new ChatResponse("The weight is 3 kg.", FinishReason.STOP, usage);
            }
        };
        Elsewhere place = new Elsewhere("a cloud API", "far.example");
        SearchRequest request = request("types: [q4_0], tune: none", Duration.ofMinutes(10))
                .with(List.of(new ChatSubject(far, "remote-1", Optional.of(place))));
        Decided decided = (Decided) search(request, () -> false);

        assertThat(asked).hasSize(QUESTIONS);
        assertThat(heard.stages).startsWith(Watcher.Stage.ELSEWHERE);
        JudgedVariant judged = decided.decision().variants().getLast();
        assertThat(judged.name()).isEqualTo("far");
        assertThat(judged.variant().weights()).isEmpty();
        assertThat(judged.figures().elsewhere()).contains(place);
        assertThat(judged.figures().answerP95()).isEqualTo(40);
        assertThat(judged.figures().memoryBytes()).isEmpty();
        assertThat(judged.figures().costPer1000()).isEqualTo((20 * 0.5 + 5 * 1.5) / 1000);
        assertThat(decided.decision().variants())
                .extracting(JudgedVariant::name)
                .contains("small", "small, q4_0")
                .doesNotContain("far, q4_0");

        assertThat(search(request, () -> false)).isInstanceOf(Decided.class);
        assertThat(asked).hasSize(QUESTIONS);
    }

    @Test
    void makesVariantsAnewWhereTheDataChanged() throws IOException, InterruptedException {
        SearchRequest request = request("types: [q4_0], tune: none", Duration.ofMinutes(10));
        Decided decided = (Decided) search(request, () -> false);
        assertThat(decided.decision().variants())
                .extracting(JudgedVariant::name)
                .contains("small, q4_0");
        TicketFiles.write(
                folder,
                "train.jsonl",
                HouseCorpus.of(4).examples(Split.TRAIN, 0, LOGS).toList());
        assertThat(search(request, () -> false)).isInstanceOf(Decided.class);
        assertThat(heard.notes).anySatisfy(note -> assertThat(note).contains("made anew"));
    }

    @Test
    void keepsTheMemoryThatAProcessOfItsOwnTook() throws InterruptedException {
        List<MemoryTrial> trials = new ArrayList<>();
        probe = (trial, _) -> {
            trials.add(trial);
            return new MemoryProbe.Outcome.Measured(123_000_000L + trials.size());
        };
        SearchRequest request = request("types: [q4_0], tune: none", Duration.ofMinutes(10));
        Decided decided = (Decided) search(request, () -> false);
        assertThat(trials).hasSize(2).allSatisfy(trial -> {
            assertThat(trial.parallel()).isEqualTo(4);
            assertThat(trial.prompts()).hasSize(QUESTIONS);
            assertThat(MemoryTrial.read(trial.json().toString())).isEqualTo(trial);
        });
        assertThat(decided.decision().variants()).allSatisfy(variant -> {
            assertThat(variant.result().efficiency().memoryBasis()).isEqualTo(MemoryBasis.OWN_PROCESS);
            assertThat(variant.figures().memoryBytes().orElseThrow()).isBetween(123_000_001L, 123_000_002L);
        });

        probe = MemoryProbe.none("asked again");
        Decided again = (Decided) search(request("types: [q4_0], tune: none", Duration.ofMinutes(10)), () -> false);
        assertThat(heard.notes).noneMatch(note -> note.contains("asked again"));
        assertThat(again.decision().chosen().figures().memoryBytes())
                .isEqualTo(decided.decision().chosen().figures().memoryBytes());
    }

    @Test
    void saysWhereMemoryIsThatOfTheSearch() throws InterruptedException {
        Decided decided = (Decided) search(request("types: [q4_0], tune: none", Duration.ofMinutes(10)), () -> false);
        JudgedVariant small = decided.decision().chosen();
        assertThat(small.result().efficiency().memoryBasis()).isEqualTo(MemoryBasis.SHARED_PROCESS);
        assertThat(heard.notes)
                .hasSize(3)
                .contains("The memory of small is that of the whole search, an upper bound: no process here.");
        assertThat(new DecisionWords(decided.decision(), Tongue.SWEDISH)
                        .memory()
                        .orElseThrow())
                .contains("en övre gräns");
    }

    @Test
    void answersTestExamplesWithEachSeedWhereAnswersAreDrawn() throws InterruptedException {
        Decided greedy = (Decided) search(request("types: [q4_0], tune: none", Duration.ofMinutes(10)), () -> false);
        assertThat(greedy.decision().chosen().result().scores().rounds()).isEqualTo(1);
        assertThat(heard.notes)
                .filteredOn(note -> note.startsWith("evaluation.seeds: without effect"))
                .hasSize(1);

        heard.notes.clear();
        temperature = 1;
        Decided drawn = (Decided) search(request("types: [q4_0], tune: none", Duration.ofMinutes(10)), () -> false);
        TaskScores scores = drawn.decision().chosen().result().scores();
        assertThat(scores.rounds()).isEqualTo(2);
        assertThat(scores.further().getFirst().stream().map(Outcome::text))
                .isNotEqualTo(scores.outcomes().stream().map(Outcome::text).toList());
        assertThat(heard.notes).noneMatch(note -> note.contains("without effect"));
        assertThat(new DecisionWords(drawn.decision(), Tongue.ENGLISH).certainty(List.of()))
                .anyMatch(sentence -> sentence.contains("answered 2 times"));
    }

    @Test
    void stopsWhileMemoryIsMeasured() throws InterruptedException {
        probe = (_, _) -> new MemoryProbe.Outcome.Interrupted();
        assertThat(search(request("types: [], tune: none", Duration.ofMinutes(10)), () -> false))
                .isInstanceOf(Interrupted.class);
    }
}
