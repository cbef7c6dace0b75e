package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.template.ChatTemplate;
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

class TrainTokenizerCommandTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();
    private Path examples;
    private Path out;

    @BeforeEach
    void writeExamples() throws IOException {
        examples = folder.resolve("examples.jsonl");
        out = folder.resolve("tokenizer");
        List<String> content = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            content.add("""
                    {"messages": [{"role": "user", "content": "Where is parcel %d?"},\
                     {"role": "assistant", "content": "The parcel is on its way."}]}""".formatted(1000 + i));
            content.add("""
                    {"prompt": "Kvitto %d", "completion": "Kvittot finns."}""".formatted(i));
            content.add("");
            content.add("""
                    {"text": "Plain words, plain words."}""");
        }
        Files.write(examples, content);
    }

    @Test
    void writesATokenizerThatTheOtherCommandsRead() {
        Lines.Outcome outcome = lines.run("train-tokenizer", "--vocab", 300, "--out", out, examples);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).startsWith(out + ": 300 tokens, of 200 texts with ");

        JsonNode entry = lines.run("tokenize", out, "--json", "parcel 1001").json();
        assertThat(entry.get("ids").get(0).asInt()).isZero();
        assertThat(entry.get("tokens").toString()).contains("\"1\",\"0\",\"0\",\"1\"");
    }

    @Test
    void tellsProgramsWhatItFound() {
        JsonNode report = lines.run("train-tokenizer", "--vocab", 300, "--out", out, "--json", examples)
                .json();
        assertThat(report.get("vocabulary").asInt()).isEqualTo(300);
        assertThat(report.get("texts").asInt()).isEqualTo(200);
        assertThat(report.get("answerTokens").asLong())
                .isBetween(1L, report.get("tokens").asLong() - 1);
        assertThat(report.get("neverInAnswers").asInt()).isPositive();
    }

    @Test
    void trainsOnlyTokensThatAnswersHoldWhereAsked() {
        JsonNode report = lines.run(
                        "train-tokenizer", "--vocab", 275, "--out", out, "--answers-min", 40, "--json", examples)
                .json();
        assertThat(report.get("neverInAnswers").asInt()).isZero();
    }

    @Test
    void writesTheSameWithAnyNumberOfThreads() throws IOException {
        Path other = folder.resolve("other");
        lines.run("train-tokenizer", "--vocab", 290, "--out", out, "--threads", 1, examples);
        lines.run("train-tokenizer", "--vocab", 290, "--out", other, "--threads", 4, examples);
        assertThat(out.resolve("tokenizer.json")).hasSameTextualContentAs(other.resolve("tokenizer.json"));
    }

    @Test
    void writesAChatTemplateWithTheSpecialTokens() throws IOException {
        lines.run("train-tokenizer", "--vocab", 262, "--out", out, examples);
        JsonNode config = JsonMapper.shared().readTree(out.resolve("tokenizer_config.json"));
        ChatTemplate template = ChatTemplate.parse(config.get("chat_template").asString());
        JsonNode context = JsonMapper.shared().readTree("""
                {"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "U"},
                 {"role": "assistant", "content": "A"}, {"role": "user", "content": "V"}],
                 "add_generation_prompt": true, "bos_token": "<|begin|>", "eos_token": "<|end|>"}""");
        assertThat(template.render(context))
                .isEqualTo("<|begin|><|system|>S<|user|>U<|assistant|>A<|end|><|user|>V<|assistant|>");
    }

    @Test
    void takesPlainText() throws IOException {
        Path text = Files.writeString(folder.resolve("book.txt"), "a low low low\n".repeat(9));
        assertThat(lines.run("train-tokenizer", "--vocab", 265, "--out", out, "--split", "qwen2", text)
                        .status())
                .isZero();
        assertThat(lines.run("tokenize", out, "--no-special", " low").out()).contains("\u0120low");
    }

    @Test
    void refusesWhatItCannotDo() throws IOException {
        assertThat(lines.run("train-tokenizer", "--vocab", 100, "--out", out, examples)
                        .err())
                .contains("expected at least 262");
        assertThat(lines.run("train-tokenizer", "--vocab", 9000, "--out", out, examples)
                        .err())
                .contains("expected 9000. Give more text");
        assertThat(lines.run("train-tokenizer", "--vocab", 300, "--out", out, "--split", "falcon", examples)
                        .err())
                .contains("Supported: smollm");
        assertThat(lines.run("train-tokenizer", "--vocab", 300, "--out", out, folder.resolve("none"))
                        .err())
                .contains("there is no file");
        Path broken = Files.writeString(folder.resolve("broken.jsonl"), "{\"text\": \"a\"}\n{\"texts\": 1}\n");
        assertThat(lines.run("train-tokenizer", "--vocab", 300, "--out", out, broken)
                        .err())
                .contains("line 2", "\"messages\"");
        assertThat(out).doesNotExist();
    }

    @Test
    void keepsATokenizerThatIsThere() {
        lines.run("train-tokenizer", "--vocab", 262, "--out", out, examples);
        assertThat(lines.run("train-tokenizer", "--vocab", 263, "--out", out, examples)
                        .err())
                .contains("--force");
        assertThat(lines.run("train-tokenizer", "--vocab", 263, "--out", out, "--force", examples)
                        .status())
                .isZero();
    }
}
