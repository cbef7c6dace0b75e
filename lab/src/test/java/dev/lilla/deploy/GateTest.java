package dev.lilla.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.decision.DecisionRecord;
import dev.lilla.decision.DecisionRecord.Overruling;
import dev.lilla.evaluate.run.Protocol;
import dev.lilla.search.ProjectTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GateTest {
    @TempDir
    private Path folder;

    private DecidedProject decided;

    @BeforeEach
    void decide() throws IOException {
        decided = DecidedProject.in(folder);
    }

    private Gate.Admission admit(DecisionRecord record, String name, String reason) {
        return Gate.of(decided.project(), record)
                .admit(
                        Optional.of(name).filter(text -> !text.isEmpty()),
                        Optional.of(reason).filter(text -> !text.isEmpty()));
    }

    @Nested
    class Admitting {
        @Test
        void letsTheRecommendedVariantThrough() {
            Gate.Admission admission = admit(decided.record(), "", "");
            assertThat(admission.variant().name()).isEqualTo("good");
            assertThat(admission.missed()).isEmpty();
            assertThat(admission.record().overrulings()).isEmpty();
        }

        @Test
        void keepsAnOverrulingWithItsReason() throws IOException {
            Gate.Admission admission = admit(decided.record(), "small", " a trial ");
            Path file = folder.resolve("kept.json");
            admission.record().write(file);

            Overruling kept = DecisionRecord.read(file).overrulings().getFirst();
            assertThat(kept.variant()).isEqualTo("small");
            assertThat(kept.reason()).isEqualTo("a trial");
            assertThat(kept.missed()).containsExactly("f1_macro is 70.0 %, asked for is at least 80.0 %");
            assertThat(kept.when()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        }

        @Test
        void takesTheVerdictsOverAMarkThatWasEdited() throws IOException {
            Path file = folder.resolve("edited.json");
            decided.record().write(file);
            Files.writeString(file, Files.readString(file).replace("\"meetsGoal\" : false", "\"meetsGoal\" : true"));
            assertThatThrownBy(() -> admit(DecisionRecord.read(file), "small", ""))
                    .hasMessageContaining("missed the goal");
        }
    }

    @Nested
    class Refusing {
        @Test
        void letsNoModelElsewhereThrough() throws IOException {
            Path file = folder.resolve("far.json");
            decided.record().write(file);
            Files.writeString(
                    file, Files.readString(file).replaceFirst("\"host\" : null", "\"host\" : \"api.example\""));
            DecisionRecord record = DecisionRecord.read(file);
            assertThatThrownBy(() -> admit(record, "", ""))
                    .hasMessageContaining("\"good\" answers at api.example, so there is nothing to deploy")
                    .hasMessageContaining("No variant that can be deployed meets the goal");
            assertThatThrownBy(() -> admit(record, "good", "a trial")).hasMessageContaining("nothing to deploy");
            assertThatThrownBy(() -> admit(record, "small", ""))
                    .hasMessageContaining("\"good\" meets it and is recommended, and answers at api.example");
        }

        @Test
        void saysWhatWasMissedAndWhatWouldPass() {
            assertThatThrownBy(() -> admit(decided.record(), "small", ""))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("f1_macro is 70.0 %, asked for is at least 80.0 %")
                    .hasMessageContaining("\"good\" meets it and is recommended")
                    .hasMessageContaining("--variant \"small\" --despite");
        }

        @Test
        void refusesTheNearestToo() {
            assertThatThrownBy(() -> admit(decided.record("small"), "", ""))
                    .hasMessageContaining("No variant meets it, and this one is the nearest");
        }

        @Test
        void wantsAnOverrulingToNameTheVariantAndTheReason() {
            assertThatThrownBy(() -> admit(decided.record("small"), "", "because"))
                    .hasMessageContaining("name the variant");
            assertThatThrownBy(() -> admit(decided.record(), "small", "  ")).hasMessageContaining("give a reason");
        }

        @Test
        void knowsTheNamesOfAllVariants() {
            assertThatThrownBy(() -> admit(decided.record(), "goood", ""))
                    .hasMessageContaining("no variant \"goood\"")
                    .hasMessageContaining("\"good\", \"small\"");
        }
    }

    @Nested
    class OtherProjects {
        @Test
        void refusesTheDecisionOfAnotherProject() throws IOException {
            DecidedProject other = DecidedProject.in(folder.resolve("other"), "Other");
            assertThatThrownBy(() -> admit(other.record(), "", "")).hasMessageContaining("project \"Other\"");
        }

        @Test
        void refusesADecisionForAnotherGoal() throws IOException {
            Path yaml = folder.resolve("lilla.yaml");
            Files.writeString(yaml, Files.readString(yaml).replace("minimum_quality: 0.8", "minimum_quality: 0.95"));
            assertThatThrownBy(() -> admit(decided.record(), "", ""))
                    .hasMessageContaining("limit on f1_macro is 95.0 % now, and was 80.0 %");

            decided.write("");
            Files.writeString(yaml, Files.readString(yaml).replace("  latency_p95: 2s\n", ""));
            assertThatThrownBy(() -> admit(decided.record(), "", ""))
                    .hasMessageContaining("is none now, and was 2.0 s");

            decided.write("");
            Files.writeString(
                    yaml, Files.readString(yaml).replace("task: classify\n  labels: [card, login]", "task: answer"));
            assertThatThrownBy(() -> admit(decided.record(), "", ""))
                    .hasMessageContaining("the task is answer now, and was classify");
        }

        @Test
        void refusesADecisionByAnotherMetricAndTellsAllThatChanged() throws IOException {
            Path yaml = folder.resolve("lilla.yaml");
            Files.writeString(
                    yaml,
                    Files.readString(yaml)
                            .replace("  minimum_quality: 0.8", "  metric: mcc\n  minimum_quality: 0.9")
                            .replace("  latency_p95: 2s\n", "  disk: 1GB\n"));
            assertThatThrownBy(() -> admit(decided.record(), "", ""))
                    .hasMessageStartingWith(
                            yaml + ": the goal has changed since the decision of 2026-03-01T12:00:00Z:\n")
                    .hasMessageContaining("\n  the metric is mcc now, and was f1_macro\n")
                    .hasMessageContaining("\n  the limit on mcc is 0.900 now, and was 80.0 %\n")
                    .hasMessageContaining("\n  the limit on the time of 95 % of answers is none now, and was 2.0 s\n")
                    .hasMessageContaining("\n  the limit on disk is 1.00 GB now, and was none\n")
                    .hasMessageContaining("Decide again with \"lilla optimize\"");
        }

        @Test
        void refusesADecisionAboutOtherQuestions() throws IOException {
            decided.write("evaluation:\n  shots: 2");
            assertThatThrownBy(() -> admit(decided.record(), "", ""))
                    .hasMessageContaining("evaluation.shots) is 2 now, and was 0");

            decided.write("");
            DecisionRecord record = decided.record(
                    Map.of(Protocol.TASK_FILE, ProjectTask.question(decided.project()), Protocol.SHOTS, "0"));
            assertThat(admit(record, "", "").variant().name()).isEqualTo("good");
            decided.write("evaluation:\n  system: Answer in one word.");
            assertThatThrownBy(() -> admit(record, "", ""))
                    .hasMessageContaining("evaluation.prompt or evaluation.system is another one now");
        }

        @Test
        void mindsNoMemoryLimitThatNobodyCouldMeasure() throws IOException {
            Path yaml = folder.resolve("lilla.yaml");
            Files.writeString(
                    yaml, Files.readString(yaml).replace("  latency_p95: 2s\n", "  latency_p95: 2s\n  memory: 2GB\n"));
            assertThat(admit(decided.record(), "", "").variant().name()).isEqualTo("good");
        }
    }
}
