package dev.lilla.evaluate.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.ChatModel;
import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ChatResponse;
import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import dev.lilla.evaluate.report.EvaluationPage;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.TaskFile;
import dev.lilla.project.Tongue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Evaluations of models whose answers are known.
class EvaluationTest {
    @TempDir
    Path folder;

    private Path task;

    /// A model that answers by a rule and counts how often it was asked.
    private static final class RuleModel implements ChatModel {
        private final String name;
        private final UnaryOperator<String> rule;
        private int asked;

        RuleModel(String name, UnaryOperator<String> rule) {
            this.name = name;
            this.rule = rule;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public ChatResponse chat(ChatRequest request, AnswerListener listener) {
            asked++;
            Usage usage = new Usage(10, 0, 2, Duration.ofMillis(5), Duration.ofMillis(1), DraftUsage.NONE);
            return new ChatResponse(rule.apply(request.messages().getLast().content()), FinishReason.STOP, usage);
        }
    }

    @BeforeEach
    void writeTask() throws IOException {
        StringBuilder rows = new StringBuilder("id,text,label\n");
        for (int i = 0; i < 40; i++) {
            rows.append("e").append(i).append(",text ").append(i).append(i % 2 == 0 ? ",even\n" : ",odd\n");
        }
        Files.writeString(folder.resolve("rows.csv"), rows);
        task = Files.writeString(folder.resolve("parity.yaml"), """
                kind: classify
                data: rows.csv
                id: id
                prompt: "{{text}}"
                expected: "{{label}}"
                labels: [even, odd]
                """);
    }

    private static String right(String question) {
        return Integer.parseInt(question.replaceAll("\\D", "")) % 2 == 0 ? "Even." : "It is odd";
    }

    private Result evaluate(RunStore store, ChatModel model) throws InterruptedException {
        return evaluate(store, model, Integer.MAX_VALUE).orElseThrow();
    }

    private Optional<Result> evaluate(RunStore store, ChatModel model, int stopAfter) throws InterruptedException {
        int[] done = new int[1];
        return evaluation()
                .run(
                        new ChatSubject(model, model.name()),
                        store,
                        (name, count, total) -> done[0] = count,
                        () -> done[0] >= stopAfter);
    }

    private Evaluation evaluation() {
        return new Evaluation(TaskFile.read(task), Integer.MAX_VALUE, new Bootstrap(1, 200));
    }

    private RunStore store() {
        return RunStore.open(folder.resolve("runs.db"));
    }

    @Nested
    class Resuming {
        @Test
        void asksNothingTwice() throws InterruptedException {
            RuleModel model = new RuleModel("rule", EvaluationTest::right);
            try (RunStore store = store()) {
                assertThat(evaluate(store, model, 15)).isEmpty();
            }
            assertThat(model.asked).isEqualTo(15);
            Result result;
            try (RunStore store = store()) {
                result = evaluate(store, model);
                assertThat(evaluate(store, model).measured().getFirst().value()).isEqualTo(1);
            }
            assertThat(model.asked).isEqualTo(40);
            assertThat(result.measured().getFirst().metric()).isEqualTo("accuracy");
            assertThat(result.measured().getFirst().value()).isEqualTo(1);
            assertThat(result.measured().getFirst().interval().low()).isBetween(0.9, 0.93);
        }

        @Test
        void asksAgainWhereTheProtocolIsAnother() throws InterruptedException, IOException {
            RuleModel model = new RuleModel("rule", EvaluationTest::right);
            try (RunStore store = store()) {
                evaluate(store, model);
                Files.writeString(task, Files.readString(task).replace("\"{{text}}\"", "\"Parity: {{text}}\""));
                evaluate(store, model);
            }
            assertThat(model.asked).isEqualTo(80);
        }

        @Test
        void refusesWhatIsNoStore() throws IOException {
            Path file = Files.writeString(folder.resolve("runs.db"), "no database, but long enough to be read as one");
            assertThatThrownBy(() -> RunStore.open(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no store of runs");
        }
    }

    @Nested
    class Rounds {
        /// Right with an even seed, and always right for the first ten questions.
        private static final class Drawing implements ChatModel {
            private int asked;

            @Override
            public String name() {
                return "drawing";
            }

            @Override
            public ChatResponse chat(ChatRequest request, AnswerListener listener) {
                asked++;
                String question = request.messages().getLast().content();
                int number = Integer.parseInt(question.replaceAll("\\D", ""));
                long seed = request.sampler().orElseThrow().seed() - ("e" + number).hashCode();
                Usage usage = new Usage(10, 0, 2, Duration.ofMillis(5), Duration.ofMillis(1), DraftUsage.NONE);
                return new ChatResponse(number < 10 || seed % 2 == 0 ? right(question) : "?", FinishReason.STOP, usage);
            }
        }

        private Optional<Result> evaluate(RunStore store, Drawing model, int stopAfter) throws InterruptedException {
            int[] done = new int[1];
            return new Evaluation(TaskFile.read(task), Integer.MAX_VALUE, new Bootstrap(1, 500), List.of(2L, 3L, 5L))
                    .run(
                            new ChatSubject(model, model.name()),
                            store,
                            (name, count, total) -> {
                                assertThat(total).isEqualTo(120);
                                done[0] = count;
                            },
                            () -> done[0] >= stopAfter);
        }

        @Test
        void areAveragedOverAndGoOnWhereTheyWere() throws InterruptedException {
            Drawing model = new Drawing();
            try (RunStore store = store()) {
                assertThat(evaluate(store, model, 50)).isEmpty();
                assertThat(model.asked).isEqualTo(50);
                Result result = evaluate(store, model, Integer.MAX_VALUE).orElseThrow();
                assertThat(model.asked).isEqualTo(120);
                assertThat(result.measured().getFirst().value()).isCloseTo((40 + 10 + 10) / 120.0, within(1e-12));
                assertThat(result.measured().getFirst().score().tally().examples())
                        .isEqualTo(40);
                assertThat(result.measured().getFirst().interval().method()).isEqualTo("bootstrap");
                assertThat(result.scores().rounds()).isEqualTo(3);
                assertThat(result.scores().allOutcomes()).hasSize(120);
                assertThat(result.scores().goodness().get(5)).hasValue(1);
                assertThat(result.scores().goodness().get(15).orElseThrow()).isCloseTo(1 / 3.0, within(1e-12));
                assertThat(result.scores().confusion().orElseThrow().total()).isCloseTo(40, within(1e-9));
                assertThat(result.protocol().facts()).containsEntry("seeds", "[2, 3, 5]");
                Result single = EvaluationTest.this.evaluate(store, model);
                assertThat(single.protocol().facts()).doesNotContainKey("seeds");
                Comparison comparison = Comparison.all(List.of(result, single), 1, new Bootstrap(1, 200))
                        .getFirst();
                assertThat(comparison.paired().test()).isEqualTo("paired bootstrap");
                JsonNode example = Exports.json(List.of(result), List.of(), Prices.assumed())
                        .at("/models/0/examples/15");
                assertThat(example.get("answer").asString()).isEqualTo("It is odd");
                assertThat(example.get("furtherAnswers").get(1).asString()).isEqualTo("?");
            }
        }
    }

    @Nested
    class Comparing {
        @Test
        void tellsABetterModelAndACoin() throws InterruptedException {
            try (RunStore store = store()) {
                Result good = evaluate(store, new RuleModel("good", EvaluationTest::right));
                Result bad = evaluate(store, new RuleModel("bad", text -> "even"));
                Result same = evaluate(store, new RuleModel("same", text -> text.endsWith("39") ? "?" : right(text)));
                List<Comparison> comparisons = Comparison.all(List.of(good, bad, same), 1, new Bootstrap(1, 100));
                assertThat(comparisons.get(0).paired().isSignificant()).isTrue();
                assertThat(comparisons.get(0).sentence(40, true)).startsWith("good is better than bad by accuracy");
                assertThat(comparisons.get(1).paired().isSignificant()).isFalse();
                assertThat(comparisons.get(1).sentence(40, true)).contains("Too little data", "would settle");
            }
        }
    }

    @Nested
    class Writing {
        private Result hostile(RunStore store) throws InterruptedException {
            return evaluate(store, new RuleModel("=1+1 <script>alert(1)</script>", text -> "=cmd|' /C calc'!A0 <b>"));
        }

        @Test
        void aSpreadsheetComputesNothing() throws InterruptedException {
            try (RunStore store = store()) {
                String csv = Exports.csv(List.of(hostile(store)));
                assertThat(csv.lines().skip(1))
                        .allSatisfy(line -> assertThat(line).startsWith("'=1+1"));
                assertThat(csv).contains("'=cmd").doesNotContain(",=cmd");
            }
            assertThat(List.of("+1", "-1", "@a", "=a", "a=b"))
                    .map(Exports::cell)
                    .containsExactly("'+1", "'-1", "'@a", "'=a", "a=b");
        }

        @Test
        void aPageHoldsNoMarkupOfOthers() throws InterruptedException, IOException {
            Path page = folder.resolve("report.html");
            try (RunStore store = store()) {
                EvaluationPage.write(
                        page,
                        new EvaluationPage.Contents(
                                List.of(hostile(store)), List.of(), Prices.assumed(), Optional.empty()),
                        Tongue.ENGLISH);
            }
            String html = Files.readString(page);
            assertThat(html)
                    .contains("&lt;script&gt;", "role=\"img\"", "aria-label=")
                    .doesNotContain("<script", "http://", "https://", "src=");
            assertThat(html).contains("Expected (rows) and answered (columns)", "accuracy", "protocol");
        }

        @Test
        void jsonHoldsScoresAndAnswers() throws InterruptedException {
            try (RunStore store = store()) {
                Result result = evaluate(store, new RuleModel("rule", EvaluationTest::right));
                JsonNode json = Exports.json(List.of(result), List.of(), Prices.assumed());
                JsonNode model = json.get("models").get(0);
                assertThat(model.get("scores").get(0).get("value").doubleValue())
                        .isEqualTo(1);
                assertThat(model.get("protocol").stringValue()).hasSize(16);
                assertThat(model.get("examples").size()).isEqualTo(40);
                assertThat(model.get("examples").get(1).get("expected").stringValue())
                        .isEqualTo("odd");
            }
        }
    }

    @Nested
    class Judging {
        private final List<PairwiseJudge.Pair> pairs = List.of(
                new PairwiseJudge.Pair("q1", "long answer", "short"),
                new PairwiseJudge.Pair("q2", "x", "longer answer"));

        private PairwiseJudge judge(UnaryOperator<String> rule) {
            return new PairwiseJudge(new RuleModel("judge", rule), PairwiseJudge.INSTRUCTION);
        }

        private static String longer(String prompt) {
            String first = prompt.replaceAll("(?s).*Answer A:\n(.*)\n\nAnswer B:.*", "$1");
            String second = prompt.replaceAll("(?s).*Answer B:\n(.*)\n\nVerdict:.*", "$1");
            return first.length() > second.length() ? "A" : "The verdict is B";
        }

        @Test
        void countsWhatSurvivesASwap() {
            PairwiseJudge.Judgement judgement = judge(Judging::longer).judge("one", "two", pairs);
            assertThat(judgement.consistency()).isEqualTo(1);
            assertThat(judgement.matches().get(0).outcome()).isEqualTo(1);
            assertThat(judgement.matches().get(1).outcome()).isZero();
            assertThat(judgement.agreement(Map.of(0, 1.0, 1, 1.0))).isEqualTo(0.5);
        }

        @Test
        void isNamedInExportsAndOnPages() throws InterruptedException, IOException {
            PairwiseJudge judge = judge(Judging::longer);
            JudgeRecord record = new JudgeRecord(
                    "judge <b>",
                    "d1ge57",
                    JudgeRecord.instruction(judge),
                    List.of(
                            JudgeRecord.Pairing.of(
                                    "one", "two", judge.judge("one", "two", pairs), Map.of(0, 1.0, 1, 1.0)),
                            JudgeRecord.Pairing.of("one", "three", judge.judge("one", "three", pairs), Map.of())),
                    Map.of());
            Path page = folder.resolve("judged.html");
            try (RunStore store = store()) {
                List<Result> results = List.of(evaluate(store, new RuleModel("rule", EvaluationTest::right)));
                JsonNode json = Exports.json(results, List.of(), Prices.assumed(), Optional.of(record))
                        .get("judge");
                assertThat(json.get("model").asString()).isEqualTo("judge <b>");
                assertThat(json.get("instruction").asString()).hasSize(16);
                assertThat(json.at("/pairings/0/people/labelled").asInt()).isEqualTo(2);
                assertThat(json.at("/pairings/0/people/share").asDouble()).isEqualTo(0.5);
                assertThat(json.at("/pairings/0/people/low").asDouble()).isBetween(0.05, 0.15);
                assertThat(json.at("/pairings/1/consistency").asDouble()).isEqualTo(1);
                assertThat(json.at("/pairings/1/people").isEmpty()).isTrue();
                EvaluationPage.write(
                        page,
                        new EvaluationPage.Contents(results, List.of(), Prices.assumed(), Optional.of(record)),
                        Tongue.SWEDISH);
            }
            assertThat(Files.readString(page))
                    .contains("En domare", "judge &lt;b&gt;", "one mot two", "50,0 % (9,5 till 90,5) av 2", "d1ge57")
                    .doesNotContain("agrees with people");
        }

        @Test
        void aLoveOfOnePlaceIsATie() {
            PairwiseJudge.Judgement judgement = judge(prompt -> "A").judge("one", "two", pairs);
            assertThat(judgement.consistency()).isZero();
            assertThat(judgement.winShare()).isEqualTo(0.5);
        }

        @Test
        void doesNotFollowPlacesInsideAnswers() {
            List<PairwiseJudge.Pair> tricky = List.of(new PairwiseJudge.Pair("q", "{second}", "bb"));
            assertThat(judge(Judging::longer)
                            .judge("one", "two", tricky)
                            .matches()
                            .getFirst()
                            .outcome())
                    .isEqualTo(1);
        }
    }

    @Nested
    class Costs {
        @Test
        void addUpPurchaseAndPower() {
            Efficiency efficiency = new Efficiency(
                    1,
                    1,
                    new Efficiency.Quantiles(1, 1),
                    new Efficiency.Quantiles(1, 1),
                    3.6,
                    100,
                    50,
                    1,
                    OptionalLong.empty(),
                    0,
                    OptionalDouble.empty());
            Prices.Machine machine = new Prices.Machine(365.25 * 24, 1, 0.5, 100, 0.5);
            Prices.Api api = new Prices.Api("api", 1, 2);
            Prices prices = new Prices("EUR", "today", machine, List.of(api), false);
            // An hour of use costs 2 EUR of purchase and 0.05 EUR of power; 1,000 answers take an hour.
            assertThat(prices.perThousand(efficiency)).isCloseTo(2.05, within(1e-9));
            assertThat(Prices.perThousand(efficiency, api)).isCloseTo(0.2, within(1e-9));
        }

        @Test
        void areReadFromAFile() throws IOException {
            Path file = Files.writeString(folder.resolve("prices.yaml"), """
                    currency: SEK
                    date: "2026-01-01"
                    machine: {price: 10, years: 1, used-share: 1, watts: 1, kwh-price: x}
                    """);
            assertThatThrownBy(() -> Prices.read(file)).hasMessageContaining("'kwh-price'");
            assertThat(Prices.assumed().isDefault()).isTrue();
        }
    }
}
