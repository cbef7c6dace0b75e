package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrainCommandOracleTest {
    private static final String MODEL = "qwen2";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path data;

    private final Lines lines = new Lines();

    @BeforeEach
    void writeData() throws IOException {
        data = folder.resolve("data.csv");
        StringBuilder csv = new StringBuilder("question,answer\n");
        for (int i = 0; i < 12; i++) {
            csv.append("\"Which, number ")
                    .append(i)
                    .append("?\",It is ")
                    .append(i)
                    .append(".\n");
        }
        Files.writeString(data, csv);
    }

    private Lines.Outcome train(Object... further) {
        List<Object> arguments = new ArrayList<>(List.of(
                "train",
                Oracle.model(MODEL),
                data,
                "--out",
                folder.resolve("out"),
                "--columns",
                "prompt=question,completion=answer",
                "--max-length",
                128,
                "--micro-batch",
                256,
                "--threads",
                2));
        arguments.addAll(List.of(further));
        return lines.run(arguments.toArray());
    }

    private static List<JsonNode> events(Lines.Outcome outcome, String name) {
        return outcome.out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .filter(event -> event.path("event").asString("").equals(name))
                .toList();
    }

    @Test
    void trainsAnAdapterThatRunLoads() {
        Lines.Outcome trained = train(
                "--lora", "--rank", 2, "--targets", "q_proj,down_proj", "--epochs", 2, "--rate", "1e-2", "--json");
        assertThat(trained.status()).as(trained.err()).isZero();
        List<JsonNode> steps = events(trained, "step");
        assertThat(steps).hasSize(4);
        assertThat(steps.getLast().path("loss").doubleValue())
                .isLessThan(steps.getFirst().path("loss").doubleValue());
        assertThat(events(trained, "plan")
                        .getFirst()
                        .path("train")
                        .path("examples")
                        .intValue())
                .isEqualTo(11);
        Path adapter =
                Path.of(events(trained, "finished").getFirst().path("result").asString());
        JsonNode config = JsonFiles.read(adapter.resolve("adapter_config.json"));
        assertThat(config.path("target_modules").valueStream().map(JsonNode::asString))
                .containsExactlyInAnyOrder("q_proj", "down_proj");

        List<String> answers = new ArrayList<>();
        for (List<Object> with : List.<List<Object>>of(List.of(), List.of("--lora", adapter))) {
            List<Object> run = new ArrayList<>(
                    List.of("run", Oracle.model(MODEL), "Which, number 3?", "-n", 8, "--temperature", 0));
            run.addAll(with);
            Lines.Outcome answer = lines.run(run.toArray());
            assertThat(answer.status()).as(answer.err()).isZero();
            answers.add(answer.out());
        }
        assertThat(answers.get(1)).isNotEqualTo(answers.get(0));
    }

    @Test
    void writesTheSameAdapterInBothForms() throws IOException {
        Lines.Outcome trained = train("--lora", "--rank", 2, "--steps", 3, "--rate", "1e-2");
        assertThat(trained.status()).as(trained.err()).isZero();
        assertThat(trained.err()).containsPattern("time +about 0:0\\d, by a trial");
        Path adapter = Path.of(trained.out().strip());

        List<byte[]> logits = new ArrayList<>();
        for (List<Object> with : List.<List<Object>>of(
                List.of(), List.of("--lora", adapter), List.of("--lora", adapter.resolve("adapter.gguf")))) {
            Path file = folder.resolve("logits" + logits.size());
            List<Object> command = new ArrayList<>(
                    List.of("logits", Oracle.model(MODEL), "--text", "Which, number 3?", "--out", file));
            command.addAll(with);
            Lines.Outcome outcome = lines.run(command.toArray());
            assertThat(outcome.status()).as(outcome.err()).isZero();
            logits.add(Files.readAllBytes(file));
        }
        assertThat(logits.get(1)).isNotEqualTo(logits.get(0));
        assertThat(logits.get(2)).isEqualTo(logits.get(1));
    }

    @Test
    void trainsAWholeModelThatOpens() {
        Lines.Outcome trained = train("--steps", 2, "--rate", "1e-3");
        assertThat(trained.status()).as(trained.err()).isZero();
        Path model = Path.of(trained.out().strip());
        assertThat(model.resolve("tokenizer.json")).exists();
        Lines.Outcome run = lines.run("run", model, "Which?", "-n", 3);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(folder.resolve("out/report.html")).content().contains("<svg", "Learning rate");
        assertThat(trained.err())
                .contains("11 examples", "validation data  1 examples", "after step 2: validation loss", "memory");
    }

    @Test
    void beginsAModelFromNothing() throws IOException {
        Path text = Files.writeString(folder.resolve("book.txt"), "once upon a time there was a model\n".repeat(40));
        Lines.Outcome trained = lines.run(
                "train",
                Oracle.model("llama3"),
                text,
                "--out",
                folder.resolve("tiny"),
                "--from-scratch",
                "--shape",
                "layers=2,hidden=32,heads=2,context=64",
                "--max-length",
                32,
                "--micro-batch",
                128,
                "--batch",
                4,
                "--epochs",
                8,
                "--json");
        assertThat(trained.status()).as(trained.err()).isZero();
        List<JsonNode> steps = events(trained, "step");
        double vocab = JsonFiles.read(folder.resolve("tiny/model/config.json"))
                .path("vocab_size")
                .doubleValue();
        // What has learned nothing yet takes all tokens for equally likely.
        assertThat(steps.getFirst().path("loss").doubleValue()).isBetween(Math.log(vocab) - 0.3, Math.log(vocab) + 0.3);
        assertThat(steps.getLast().path("loss").doubleValue()).isLessThan(Math.log(vocab) - 1);
        Lines.Outcome run = lines.run("run", folder.resolve("tiny/model"), "once", "--raw", "-n", 3);
        assertThat(run.status()).as(run.err()).isZero();
    }

    @Test
    void goesOnOnlyWithWhatItBeganWith() {
        assertThat(train("--lora", "--steps", 1).status()).isZero();
        Lines.Outcome again = train("--lora", "--steps", 1);
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("holds the checkpoints of a run", "--resume");
        Lines.Outcome other = train("--lora", "--steps", 1, "--rank", 3, "--resume");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.err())
                .contains("what is trained was LoRA of rank 16", "is LoRA of rank 3")
                .doesNotContain("seed was");
        assertThat(train("--lora", "--steps", 1, "--resume").status()).isZero();
    }

    @Test
    void showsWhatARunComesToWithoutARun() {
        Lines.Outcome dry = train("--lora", "--dry-run");
        assertThat(dry.status()).isZero();
        assertThat(dry.err()).contains("trained", "parameters", "memory");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void refusesMuonForAnAdapter() {
        Lines.Outcome refused = train("--lora", "--optimizer", "muon");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("an adapter has none", "--optimizer adamw");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void leavesNothingBehindWhereThereIsNoModel() {
        Path missing = folder.resolve("missing");
        List<Object> common = List.of("train", missing, data, "--out", folder.resolve("out"));
        List<Object> scratch = new ArrayList<>(common);
        scratch.addAll(List.of("--from-scratch", "--shape", "layers=1,hidden=32,heads=2,ffn=32,context=64"));

        assertThat(lines.run(common.toArray()).status()).isNotZero();
        Lines.Outcome begun = lines.run(scratch.toArray());

        assertThat(begun.status()).isNotZero();
        assertThat(begun.err()).contains("missing");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void namesTheModulesThereAre() {
        Lines.Outcome wrong = train("--lora", "--targets", "query_key_value");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.err()).contains("no linear module named query_key_value", "q_proj");
    }
}
