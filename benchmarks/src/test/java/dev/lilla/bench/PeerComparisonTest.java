package dev.lilla.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PeerComparisonTest {
    private static LlamaBenchProgram program(String line) {
        return LlamaBenchProgram.of(ProgramLine.parse(line));
    }

    @Nested
    class APlan {
        @Test
        void isReadFromTheCommandLine() {
            ComparisonPlan plan = ComparisonPlan.parse(List.of(
                    "--gguf",
                    "m.gguf",
                    "--threads",
                    "4",
                    "--prompt",
                    "128,512",
                    "--tokens",
                    "0",
                    "--rounds",
                    "3",
                    "--engines",
                    "lilla,jlama",
                    "--llama-bench",
                    "cpp=bin/llama-bench",
                    "--llama-bench",
                    "cpp -fa 1=bin/llama-bench -fa 1"));

            assertThat(plan.gguf()).isEqualTo(Path.of("m.gguf"));
            assertThat(plan.work().prompts()).containsExactly(128, 512);
            assertThat(plan.work().generations()).isEmpty();
            assertThat(plan.programs()).hasSize(2);
            assertThat(plan.programs().getLast().label()).isEqualTo("cpp -fa 1");
            assertThat(PeerComparison.contestants(plan, List.of()).stream().map(Contestant::label))
                    .containsExactly("lilla", "cpp", "cpp -fa 1");
        }

        @Test
        void saysHowToWriteItWhereItIsWrong() {
            assertThatThrownBy(() -> ComparisonPlan.parse(List.of())).hasMessageContaining("usage:");
            assertThatThrownBy(() -> ComparisonPlan.parse(List.of("--gguf"))).hasMessageContaining("usage:");
            assertThatThrownBy(() -> ComparisonPlan.parse(List.of("--gguf", "m", "--nope", "1")))
                    .hasMessageContaining("no option --nope");
            assertThatThrownBy(() -> ComparisonPlan.parse(List.of("--gguf", "m", "--llama-bench", "bin/llama-bench")))
                    .hasMessageContaining("LABEL=PROGRAM");
            assertThatThrownBy(() -> ComparisonPlan.parse(List.of("--gguf", "m", "--prompt", "0", "--tokens", "0")))
                    .hasMessageContaining("nothing is read");
            assertThatThrownBy(() -> ComparisonPlan.parse(List.of("--gguf", "m", "--depth", "8")))
                    .hasMessageContaining("belong together");
        }
    }

    @Nested
    class ALlamaBench {
        private final ComparisonPlan plan =
                ComparisonPlan.parse(List.of("--gguf", "m.gguf", "--prompt", "16", "--tokens", "4", "--threads", "3"));

        @Test
        void getsItsFlagsAndTheWork() {
            LlamaBenchProgram program = program("ik -rtr 1 = bin/llama-bench  -rtr 1");
            assertThat(program.label()).isEqualTo("ik -rtr 1");
            assertThat(String.join(" ", program.command(plan)))
                    .isEqualTo("bin/llama-bench -rtr 1 -m m.gguf -t 3 -p 16 -n 4 -r 1 -o json");
        }

        @Test
        void isUnderstoodAmidItsLog() {
            LlamaBenchProgram program = program("x=y");
            String output = """
                    warning: a debug build
                    [
                      {"n_prompt": 16, "n_gen": 0, "avg_ts": 123.5, "samples_ts": [ 123.5 ]},
                      {"n_prompt": 0, "n_gen": 4, "avg_ts": 7.25, "samples_ts": [ 7.25 ]}
                    ]
                    """;
            assertThat(program.speeds(output)).containsExactly(Map.entry("pp16", 123.5), Map.entry("tg4", 7.25));
            assertThat(program.speeds("no model")).isEmpty();
            assertThat(program.speeds("[ {\"n_prompt\": ]")).isEmpty();
        }

        @Test
        @DisabledOnOs(OS.WINDOWS)
        void takesItsTurnAsAProcess(@TempDir Path folder) throws Exception {
            Path script = folder.resolve("llama-bench");
            Files.writeString(script, """
                    #!/bin/sh
                    echo "$@" >&2
                    echo '[{"n_prompt": 16, "n_gen": 0, "avg_ts": 2.5}]'
                    exit 3
                    """);
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
            Contestant.Turn turn = program("fake=" + script).turn(plan);
            assertThat(turn.speeds()).containsExactly(Map.entry("pp16", 2.5));
            assertThat(turn.status()).isEqualTo(3);
        }
    }

    @Nested
    class ABatchedBench {
        private final ComparisonPlan plan = ComparisonPlan.parse(List.of(
                "--gguf",
                "m.gguf",
                "--tokens",
                "4",
                "--depth",
                "16,32",
                "--sequences",
                "1,8",
                "--batched-bench",
                "cpp=bin/llama-batched-bench -fa"));
        private final Contestant program = plan.programs().getFirst();

        @Test
        void getsRoomForAllTexts() {
            assertThat(String.join(" ", program.command(plan)))
                    .isEqualTo("bin/llama-batched-bench -fa -m m.gguf -t 2 -c 288 -npp 16,32 -ntg 4 -npl 1,8 "
                            + "--output-format jsonl");
        }

        @Test
        void isUnderstoodAmidItsLog() {
            String output = """
                    build: 1
                    {"n_kv_max": 288, "pp": 16, "tg": 4, "pl": 1, "speed_pp": 9.0, "speed_tg": 25.5}
                    {"n_kv_max": 288, "pp": 16, "tg": 4, "pl": 8, "speed_pp": 9.0, "speed_tg": 36.0}
                    {"broken
                    """;
            assertThat(program.speeds(output))
                    .containsExactly(Map.entry("tg4 @ d16", 25.5), Map.entry("8 x tg4 @ d16", 36.0));
        }
    }

    @Nested
    class TheStandings {
        private final Standings standings = new Standings("lilla");

        @Test
        void nameTheBestPeerRowByRow() {
            standings.add("lilla", Map.of("pp16", 30.0, "tg4", 9.0));
            standings.add("lilla", Map.of("pp16", 40.0, "tg4", 10.0));
            standings.add("lilla", Map.of("pp16", 32.0, "tg4", 11.0));
            standings.add("a", Map.of("pp16", 16.0, "tg4", 5.0));
            standings.add("b", Map.of("pp16", 10.0, "tg4", 8.0));

            assertThat(standings.bestPeer("pp16")).contains("a");
            assertThat(standings.bestPeer("tg4")).contains("b");
            assertThat(standings.bestPeer("pp1")).isEmpty();
            assertThat(standings.median("pp16", "lilla")).isEqualTo(32);
            assertThat(standings.spread("pp16", "lilla")).isCloseTo(10.0 / 32, within(1e-9));
            assertThat(standings.table()).contains("| pp16 | **a** | 16.00 | 0 % | **2.00 x** |", "| tg4 | a | 5.00 ");
        }

        @Test
        void takeTheMiddleOfAnEvenNumber() {
            standings.add("a", Map.of("tg4", 5.0));
            standings.add("a", Map.of("tg4", 7.0));
            assertThat(standings.median("tg4", "a")).isEqualTo(6);
            assertThat(standings.median("tg4", "nobody")).isZero();
            assertThat(standings.table()).contains("**a**");
        }
    }

    @Test
    void readsAgainWhatAJvmPrinted() {
        assertThat(new JavaEngine("lilla", List.of()).speeds("log\nresult pp16 12.5\nresult 8 x tg4 @ d16 3.0\n"))
                .containsExactly(Map.entry("pp16", 12.5), Map.entry("8 x tg4 @ d16", 3.0));
    }

    @Test
    void measuresLillaOnAModel() {
        Path model = Oracle.models().stream()
                .filter(path -> path.toString().endsWith("llama"))
                .findFirst()
                .orElseThrow();
        ComparedWork work = new ComparedWork(List.of(16), List.of(3), List.of(70), List.of(2));
        try (Peer peer = new LillaPeer(model, 1, work.all())) {
            assertThat(peer.prefill(16)).isPositive();
            assertThat(peer.decode(3)).isPositive();
            assertThat(peer.sideBySide(work.sideBySide().getFirst()).getAsDouble())
                    .isPositive();
        }
    }
}
