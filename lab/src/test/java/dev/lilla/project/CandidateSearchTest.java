package dev.lilla.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.ModelOutline;
import dev.lilla.optimize.WeightTypes;
import dev.lilla.store.Catalog;
import dev.lilla.store.CatalogModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CandidateSearchTest {
    private static final HostOptions HOST = new HostOptions(HostOptions.Choice.AUTO, 1);
    private static final MachineSpeed MACHINE = new MachineSpeed(40e9, 800e9);

    @TempDir
    private Path home;

    private final List<String> measured = new ArrayList<>();

    @BeforeEach
    void knowTheMachine() {
        SpeedBook.open(home.resolve("measured/speeds.json"), HOST).put(MACHINE);
    }

    private CandidateList search(String goal, String candidates) {
        return search(goal, candidates, SpeedSource.Mode.PREDICT, () -> false);
    }

    private CandidateList search(String goal, String candidates, SpeedSource.Mode mode, BooleanSupplier cancelled) {
        Project project = Project.parse(
                home.resolve("lilla.yaml"),
                "goal: {task: classify, memory: 16GB" + goal
                        + "}\ndata: {file: a.csv}\ncandidates: {prompt_tokens: 200,"
                        + " answer_tokens: 10, context: 1024" + candidates + "}\n");
        SpeedSource speeds = SpeedSource.open(home, HOST, mode, cancelled, measured::add);
        return CandidateSearch.search(project, Catalog.open(home), speeds, Optional.empty());
    }

    private static RejectedModel rejected(CandidateList list, String name) {
        return list.rejected().stream()
                .filter(model -> model.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not out of " + list.rejected()));
    }

    private static List<String> names(CandidateList list) {
        List<String> names = new ArrayList<>();
        list.chosen().forEach(candidate -> names.add(candidate.label()));
        list.others().forEach(candidate -> names.add(candidate.label()));
        return names;
    }

    @Nested
    class Filters {
        @Test
        void keepToTheLicenses() {
            CandidateList list = search("", "");
            assertThat(rejected(list, "qwen-1.8b").filter()).isEqualTo("license");
            assertThat(rejected(list, "geb-1.3b").reason()).contains("GEB-LLM License Agreement", "commercial");
            assertThat(names(list)).contains("gemma-2-2b q4_k_m", "qwen3-0.6b q8_0");
            assertThat(rejected(search(", licenses: open", ""), "gemma-2-2b").filter())
                    .isEqualTo("license");
            assertThat(names(search(", licenses: [qwen-research]", ""))).contains("qwen2.5-3b q4_k_m");
            assertThat(names(search(", licenses: any", ""))).contains("geb-1.3b q4_k_m");
        }

        @Test
        void keepToTheLanguages() {
            CandidateList list = search(", languages: [en, sv]", "");
            assertThat(rejected(list, "tinyllama-1.1b").reason()).contains("not made for sv, but for en");
            assertThat(names(list)).contains("phi-4-mini q4_k_m", "qwen3-1.7b q4_k_m");
            assertThat(list.others())
                    .filteredOn(candidate -> candidate.model().name().equals("qwen2.5-1.5b"))
                    .isNotEmpty()
                    .allSatisfy(candidate ->
                            assertThat(candidate.score().reasons()).anyMatch(reason -> reason.contains("claims 29")));
        }

        @Test
        void keepToMemoryDiskAndContext() {
            CandidateList small = search(", disk: 500MB", "");
            assertThat(rejected(small, "qwen3-0.6b q8_0").reason()).contains("633 MB", "500 MB");
            assertThat(names(small)).contains("qwen3-0.6b q4_k_m");
            CandidateList little = search("", ", types: [q4_k_m]");
            assertThat(names(little)).contains("mistral-7b-v0.3 q4_k_m");
            assertThat(little.memoryAllowed()).isLessThanOrEqualTo(16_000_000_000L);
            Project project = Project.parse(
                    home.resolve("lilla.yaml"),
                    "goal: {task: chat, memory: 1GB}\ndata: {file: a.csv}\ncandidates: {context: 4096}\n");
            CandidateList long4k = CandidateSearch.search(
                    project,
                    Catalog.open(),
                    SpeedSource.open(home, HOST, SpeedSource.Mode.PREDICT, () -> false, measured::add),
                    Optional.empty());
            assertThat(rejected(long4k, "falcon-7b").reason()).contains("takes 2048 tokens", "4096");
            assertThat(rejected(long4k, "mistral-7b-v0.3 q4_k_m").filter()).isEqualTo("memory");
        }

        @Test
        void keepToWhatTheProjectNames() {
            CandidateList list = search(
                    "", ", models: [qwen3-0.6b, Qwen/Qwen3-1.7B, gpt-9, lilla-demo-s]," + " exclude: [qwen3-0.6b]");
            assertThat(rejected(list, "qwen3-0.6b").filter()).isEqualTo("excluded");
            assertThat(rejected(list, "gpt-9").reason()).contains("catalog");
            assertThat(rejected(list, "lilla-demo-s").filter()).isEqualTo("context");
            assertThat(names(list)).allMatch(name -> name.startsWith("qwen3-1.7b"));
            assertThat(rejected(search("", ""), "lilla-demo-s").filter()).isEqualTo("demonstration");
        }
    }

    @Nested
    class Ranking {
        @Test
        void putsThoseInFrontThatAreFastEnough() {
            CandidateList list = search(", latency_p95: 2s", ", max: 50");
            List<Boolean> meets =
                    list.chosen().stream().map(Candidate::meetsLatency).toList();
            assertThat(meets).contains(true, false);
            assertThat(meets.lastIndexOf(true)).isLessThan(meets.indexOf(false));
        }

        @Test
        void choosesTheBestTypeOfEachModelAndAsManyAsAreCompared() {
            CandidateList list = search("", ", max: 4");
            assertThat(list.chosen())
                    .hasSize(4)
                    .extracting(candidate -> candidate.model().name())
                    .doesNotHaveDuplicates();
            assertThat(list.chosen())
                    .isSortedAccordingTo((one, other) ->
                            Double.compare(other.score().total(), one.score().total()));
        }

        @Test
        void explainsItsSums() {
            for (Task task : Task.values()) {
                CandidateScore.Weights weights = CandidateScore.Weights.of(task);
                assertThat(weights.quality() + weights.speed() + weights.memory())
                        .isCloseTo(1, within(1e-9));
            }
            Candidate first = search("", "").chosen().getFirst();
            CandidateScore score = first.score();
            assertThat(score.total())
                    .isCloseTo(0.5 * score.quality() + 0.35 * score.speed() + 0.15 * score.memory(), within(1e-9));
            assertThat(score.reasons())
                    .anyMatch(reason -> reason.contains("MMLU"))
                    .anyMatch(reason -> reason.contains("tokens/s here (predicted)"));
        }

        @Test
        void predictsFromBandwidthAndArithmetic() {
            CatalogModel model = Catalog.open().model("tinyllama-1.1b");
            ModelOutline outline =
                    ModelOutline.of(model, WeightTypes.of(ConversionType.Q8_0, model.shape()), LoadOptions.DEFAULT);
            Speed speed = MACHINE.predict(outline, model.shape());

            // 1.10 GB are read for a token (MODELS.md 9): 0.75 * 40 / 1.10; 2 * 1.035e9 operations: 0.43 * 800 / 2.07.
            assertThat(speed.writtenPerSecond()).isCloseTo(27.3, within(0.3));
            assertThat(speed.promptPerSecond()).isCloseTo(166, within(2.0));
            assertThat(speed.latency(166, 27).toMillis()).isBetween(1900L, 2100L);
        }
    }

    @Nested
    class Measuring {
        @BeforeEach
        void describeASmallModel() throws IOException {
            Files.createDirectories(home.resolve("catalog"));
            Files.writeString(home.resolve("catalog/house.json"), """
                    {"name": "house", "license": "mit", "languages": ["en"],
                     "shape": {"family": "llama", "layers": 2, "hidden": 64, "ffn": 96, "heads": 4, "kvHeads": 2,
                               "headDim": 16, "vocab": 300, "context": 2048}}
                    """);
        }

        @Test
        void isDoneOnceForAMachine() {
            CandidateList first = search("", ", models: house, types: q8_0", SpeedSource.Mode.MEASURE, () -> false);
            assertThat(first.chosen().getFirst().speed().basis()).isEqualTo(Speed.Basis.MEASURED);
            assertThat(measured).containsExactly("house q8_0");

            CandidateList second = search("", ", models: house, types: q8_0", SpeedSource.Mode.PREDICT, () -> false);
            assertThat(second.chosen().getFirst().speed())
                    .isEqualTo(first.chosen().getFirst().speed());
            assertThat(measured).hasSize(1);
        }

        @Test
        void goesOnWithPredictionsWhenItIsInterrupted() {
            List<Boolean> asked = new ArrayList<>();
            CandidateList list = search("", ", models: house, types: q8_0", SpeedSource.Mode.MEASURE, () -> {
                asked.add(true);
                return asked.size() > 2;
            });
            assertThat(list.chosen().getFirst().speed().basis()).isEqualTo(Speed.Basis.PREDICTED);
            assertThat(list.notes()).anyMatch(note -> note.contains("interrupted"));
        }

        @Test
        void refusesABrokenFileOfSpeeds() throws IOException {
            Files.writeString(home.resolve("measured/speeds.json"), "{");
            assertThatThrownBy(() -> search("", "")).hasMessageContaining("speeds.json: is no JSON");
        }
    }

    @Test
    void predictsThatSevenBillionAtFourBitsFitInto16Gigabytes() {
        CatalogModel model = Catalog.open().model("mistral-7b-v0.3");
        try (HostBackend backend = HostBackend.open(HOST)) {
            MemoryPrediction memory = MemoryPrediction.of(
                    ModelOutline.of(model, WeightTypes.of(ConversionType.Q4_K_M, model.shape()), LoadOptions.DEFAULT),
                    4096,
                    KvType.F16,
                    backend);
            assertThat(memory.cacheBytes()).isBetween(536_000_000L, 600_000_000L);
            assertThat(memory.bytes()).isBetween(5_000_000_000L, 6_500_000_000L);
        }
    }

    /// Sizes of llama.cpp's files (MODELS.md 9).
    @Test
    void knowsTheSizesOfMixtures() {
        assertThat(gigabytes("mistral-7b-v0.1")).isCloseTo(4.37, within(0.01));
        assertThat(gigabytes("tinyllama-1.1b")).isCloseTo(0.67, within(0.006));
        assertThat(gigabytes("qwen3-4b")).isCloseTo(2.49, within(0.006));
        assertThat(gigabytes("falcon-7b")).isCloseTo(4.77, within(0.2));
    }

    private static double gigabytes(String name) {
        CatalogModel model = Catalog.open().model(name);
        return ModelOutline.of(model, WeightTypes.of(ConversionType.Q4_K_M, model.shape()), LoadOptions.DEFAULT)
                        .bytes()
                / 1e9;
    }
}
