package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.evaluate.SpeedCase;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class BenchCommandTest {
    private static final Path MODEL = Oracle.model("llama");

    private final Lines lines = new Lines();

    @Nested
    class AModel {
        @Test
        void isMeasuredInAllCombinations() {
            JsonNode rows = lines.run(
                            "bench", MODEL, "-p", "4,8", "-n", "2", "-d", "0,5", "-npl", "1,3", "-t", "1,2", "-r", "2",
                            "--json")
                    .json();

            assertThat(rows).hasSize(2 * 2 * (2 + 2));
            assertThat(rows.valueStream()
                            .map(row -> row.get("n_threads").asInt())
                            .distinct())
                    .containsExactly(1, 2);
            JsonNode last = rows.get(rows.size() - 1);
            assertThat(last.get("n_prompt").asInt()).isZero();
            assertThat(last.get("n_gen").asInt()).isEqualTo(2);
            assertThat(last.get("n_depth").asInt()).isEqualTo(5);
            assertThat(last.get("n_sequences").asInt()).isEqualTo(3);
        }

        @Test
        void isToldAboutWithTheFieldsOfLlamaBench() {
            JsonNode row = lines.run("bench", MODEL, "-p", "4", "-n", "0", "-r", "3", "--json")
                    .json()
                    .get(0);

            assertThat(row.propertyNames())
                    .contains(
                            "build_commit",
                            "cpu_info",
                            "model_filename",
                            "model_type",
                            "model_size",
                            "model_n_params",
                            "n_batch",
                            "n_ubatch",
                            "n_threads",
                            "type_k",
                            "type_v",
                            "n_prompt",
                            "n_gen",
                            "n_depth",
                            "test_time",
                            "avg_ns",
                            "stddev_ns",
                            "avg_ts",
                            "stddev_ts",
                            "samples_ns",
                            "samples_ts");
            assertThat(row.get("samples_ts")).hasSize(3);
            assertThat(row.get("type_k").asString()).isEqualTo("f16");
            assertThat(row.get("model_filename").asString()).isEqualTo(MODEL.toString());
            assertThat(Instant.parse(row.get("test_time").asString())).isBefore(Instant.now());
            double seconds = row.get("samples_ns").get(0).asDouble() / 1e9;
            assertThat(row.get("samples_ts").get(0).asDouble() * seconds).isBetween(3.99, 4.01);
        }

        @Test
        void isShownAsATable() {
            Lines.Outcome outcome = lines.run("bench", MODEL, "-p", "4", "-n", "2", "-r", "2", "-d", "3");

            assertThat(outcome.status()).isZero();
            assertThat(outcome.out()).contains("TOKENS/S", "SPREAD", "GFLOP/S", "pp4 @ d3", "tg2 @ d3", "Cache f16");
        }

        @Test
        void isNotMeasuredBeyondItsContext() {
            Lines.Outcome outcome = lines.run("bench", MODEL, "-p", "4", "-n", "0", "-d", "1000000");
            assertThat(outcome.status()).isEqualTo(1);
            assertThat(outcome.err()).contains("--context");
        }
    }

    @Nested
    class OptionsThatMakeNoSense {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "-p -1",
                    "-n -1",
                    "-d -1",
                    "-npl 0",
                    "-r 0",
                    "--warm-up -1",
                    "-p 0 -n 0",
                    "--type q4_0",
                    "--save x.gguf"
                })
        void areRefused(String options) {
            Object[] line = ("bench " + MODEL + " " + options).split(" ");
            assertThat(lines.run(line).status()).isEqualTo(1);
        }

        @Test
        void areExplained() {
            assertThat(lines.run("bench", MODEL, "-p", "0", "-n", "0").err()).contains("nothing is read");
            assertThat(lines.run("bench", MODEL, "--type", "q4_0").err()).contains("--synthetic");
            assertThat(lines.run("bench", "smollm2-135m", "--synthetic", "--type", "q9")
                            .status())
                    .isEqualTo(2);
            assertThat(lines.run("bench", "nope", "--synthetic").err()).contains("the catalog has no model");
        }
    }

    @Nested
    class AnInterruption {
        private BenchRun run(BooleanSupplier cancelled, int repeat) {
            Console console = Console.system();
            BenchPlan plan = new BenchPlan(List.of(4), List.of(3), List.of(0), List.of(1), repeat, 0);
            BenchRun run = new BenchRun(plan, KvType.F32, new ProgressLine(console), cancelled);
            run.measure(
                    new HostOptions(HostOptions.Choice.AUTO, 1),
                    backend -> BenchModel.of(ModelLoader.open(MODEL, LoadOptions.DEFAULT, backend)));
            return run;
        }

        @Test
        void keepsTheRoundsThatWereFinished() {
            AtomicInteger asked = new AtomicInteger();
            BenchRun run = run(() -> asked.incrementAndGet() > 12, 1000);
            assertThat(run.rows()).hasSize(1);
            assertThat(run.rows().getFirst().result().nanos().length).isBetween(1, 12);
        }

        @Test
        void beforeTheFirstRoundGivesNothing() {
            assertThat(run(() -> true, 3).rows()).isEmpty();
        }

        @Test
        void isWaitedForUntilTheProgramIsDone() throws InterruptedException {
            Interruption interruption = Interruption.open();
            Thread ending = Thread.ofPlatform().start(interruption::end);
            while (!interruption.getAsBoolean()) {
                Thread.onSpinWait();
            }
            assertThat(ending.isAlive()).isTrue();
            interruption.close();
            ending.join(5000);
            assertThat(ending.isAlive()).isFalse();
        }
    }

    @Nested
    class ASyntheticModel {
        @TempDir
        Path folder;

        @Test
        void isMeasuredInSeveralTypes() {
            JsonNode rows = lines.run(
                            "bench",
                            "smollm2-135m",
                            "--synthetic",
                            "--type",
                            "q4_0,q8_0",
                            "-p",
                            "2",
                            "-n",
                            "1",
                            "-r",
                            "1",
                            "--warm-up",
                            "0",
                            "--json")
                    .json();

            assertThat(rows).hasSize(4);
            assertThat(rows.get(0).get("model_type").asString()).startsWith("llama 135 M Q4_0");
            assertThat(rows.get(0).get("model_n_params").asLong()).isEqualTo(134_515_008);
            assertThat(rows.get(3).get("model_size").asLong())
                    .isGreaterThan(rows.get(0).get("model_size").asLong());
        }

        @Test
        void isWrittenToAFileThatCanBeRun() {
            Path file = folder.resolve("random.gguf");
            Lines.Outcome saved = lines.run("bench", "smollm2-135m", "--synthetic", "--type", "q4_0", "--save", file);
            assertThat(saved.status()).isZero();
            assertThat(saved.out()).contains("random.gguf");

            JsonNode row = lines.run("bench", file, "-p", "2", "-n", "0", "-r", "1", "--json")
                    .json()
                    .get(0);
            assertThat(row.get("model_n_params").asLong()).isEqualTo(134_515_008);
            assertThat(lines.run("run", file, "--raw", "hi", "-n", "2").status())
                    .isZero();
        }

        @Test
        void isWrittenInOneTypeOfAFamilyThatGgufStoresAsItIs() {
            Path file = folder.resolve("x.gguf");
            assertThat(lines.run("bench", "smollm2-135m", "--synthetic", "--type", "q4_0,q8_0", "--save", file)
                            .err())
                    .contains("one --type");
            assertThat(lines.run("bench", "falcon-7b", "--synthetic", "--type", "q4_0", "--save", file)
                            .err())
                    .contains("another form", "llama");
        }
    }

    @Test
    void plansDepthByDepth() {
        BenchPlan plan = new BenchPlan(List.of(8, 0), List.of(2), List.of(0, 64), List.of(1, 4), 1, 1);
        assertThat(plan.cases().stream().map(SpeedCase::label))
                .containsExactly("pp8", "tg2", "4 x tg2", "pp8 @ d64", "tg2 @ d64", "4 x tg2 @ d64");
        assertThatThrownBy(() -> new BenchPlan(List.of(), List.of(1), List.of(0), List.of(1), 1, 1))
                .hasMessageContaining("--prompt");
    }
}
