package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenizeCommandOracleTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    static List<String> models() {
        return Oracle.modelNames();
    }

    @ParameterizedTest
    @MethodSource("models")
    void printsTheIdsOfEveryPrompt(String model) {
        for (JsonNode prompt : Oracle.goldenJson(model).get("prompts")) {
            JsonNode entry = lines.run(
                            "tokenize",
                            Oracle.model(model),
                            "--json",
                            prompt.get("text").asString())
                    .json();
            assertThat(entry.get("ids")).as(prompt.get("text").asString()).isEqualTo(prompt.get("ids"));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void takesEachLineOfAFileForAText(String model) throws IOException {
        List<String> texts = new ArrayList<>();
        List<JsonNode> ids = new ArrayList<>();
        for (JsonNode prompt : Oracle.goldenJson(model).get("prompts")) {
            if (prompt.get("text").asString().lines().count() == 1) {
                texts.add(prompt.get("text").asString());
                ids.add(prompt.get("ids"));
            }
        }
        Assumptions.assumeFalse(texts.isEmpty(), "no prompt of one line");
        Path file = Files.write(folder.resolve("texts"), texts);

        List<JsonNode> found = lines.run("tokenize", Oracle.model(model), "--file", file, "--json")
                .out()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line).get("ids"))
                .toList();
        assertThat(found).isEqualTo(ids);
        assertThat(lines.run("tokenize", Oracle.model(model), "--file", file)
                        .out()
                        .lines())
                .hasSameSizeAs(texts)
                .allMatch(line -> line.matches("\\d+( \\d+)*"));
    }

    @Test
    void decodesWhatItEncoded() {
        Path model = Oracle.models().getFirst();
        String ids = lines.typing("Hello")
                .run("tokenize", model, "--no-special", "--json")
                .json()
                .get("ids")
                .toString();

        assertThat(lines.run("tokenize", model, "--decode", ids.replaceAll("[\\[\\]]", ""))
                        .out())
                .contains("Hello");
        JsonNode decoded = lines.run("tokenize", model, "--decode", ids.replaceAll("[\\[\\]]", ""), "--json")
                .json();
        assertThat(decoded.get("text").asString()).contains("Hello");
        assertThat(decoded.get("ids").toString()).isEqualTo(ids);
        assertThat(lines.run("tokenize", model, "Hello").out()).contains("ID", "TOKEN", "tokens: ");
    }

    @Test
    void refusesIdsThatAreNone() {
        Lines.Outcome outcome = lines.run("tokenize", Oracle.models().getFirst(), "--decode", "99999999");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("99999999").doesNotContain("internal error");
    }
}
