package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class SpeculationOracleTest {
    private final Lines lines = new Lines();

    static List<Path> models() {
        return Oracle.models();
    }

    private JsonNode run(Path model, String... options) {
        Object[] line = new Object[8 + options.length];
        System.arraycopy(
                new Object[] {"run", model, "--raw", "Hello Hello Hello", "-n", "16", "--seed=3", "--json"},
                0,
                line,
                0,
                8);
        System.arraycopy(options, 0, line, 8, options.length);
        return lines.run(line).json();
    }

    @ParameterizedTest
    @MethodSource("models")
    void writesTheSameText(Path model) {
        JsonNode plain = run(model);
        JsonNode ngram = run(model, "--speculate", "ngram");
        JsonNode itself = run(model, "--speculate-with", model.toString(), "--draft-tokens", "3");

        assertThat(ngram.get("text")).isEqualTo(plain.get("text"));
        assertThat(plain.get("draftedTokens").asInt()).isZero();
        assertThat(ngram.get("acceptedTokens").asInt())
                .isLessThanOrEqualTo(ngram.get("draftedTokens").asInt());
        assertThat(itself.get("draftedTokens").asInt()).isBetween(1, 16);
    }

    @Test
    void saysHowManyGuessesWereRight() {
        Path model = Oracle.models().getFirst();
        String err = lines.run(
                        "run", model, "--raw", "Hello", "-n", "16", "--temperature", "0", "--speculate-with", model)
                .err();
        assertThat(err).contains(" in a step: ", " guesses were right");
    }

    @ParameterizedTest
    @MethodSource("models")
    void goesOnWithAConversationTheSameWay(Path model) {
        String plain = chat(model).out();
        Lines.Outcome guessed = chat(model, "--speculate-with", model.toString());

        assertThat(guessed.out()).isEqualTo(plain);
        if (!plain.isBlank()) {
            assertThat(guessed.err()).contains("read ");
        }
    }

    private Lines.Outcome chat(Path model, String... options) {
        Object[] line = new Object[6 + options.length];
        System.arraycopy(new Object[] {"chat", model, "-n", "12", "--temperature", "0"}, 0, line, 0, 6);
        System.arraycopy(options, 0, line, 6, options.length);
        return lines.typing("Hello\nHello again\n/stats\n").run(line);
    }

    @Test
    void needsAModelOfTheSameVocabulary() {
        Path model = Oracle.model("llama");
        Lines.Outcome outcome = lines.run("run", model, "--raw", "Hello", "--speculate-with", Oracle.model("qwen2"));
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("vocabulary", "same family");
    }

    @Test
    void refusesOptionsThatContradictEachOther() {
        Path model = Oracle.models().getFirst();
        assertThat(lines.run("run", model, "--raw", "Hi", "--draft-tokens", "3").err())
                .contains("--draft-tokens needs");
        assertThat(lines.run("run", model, "--raw", "Hi", "--speculate", "dice").err())
                .contains("ngram or none");
        assertThat(lines.run("run", model, "--raw", "Hi", "--speculate", "ngram", "--speculate-with", model)
                        .err())
                .contains("exclude each other");
        assertThat(lines.run("run", model, "--raw", "Hi", "--speculate", "ngram", "--draft-tokens", "0")
                        .err())
                .contains("at least one token");
    }
}
