package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import dev.lilla.format.Safetensors;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class LogitsCommandOracleTest {
    /// README.md of the oracle: an exact f32 evaluation reaches 5e-5.
    private static final float TOLERANCE = 1e-3f;

    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    static List<String> models() {
        return Oracle.modelNames();
    }

    private float[] logits(Object... arguments) {
        Path file = folder.resolve("logits.safetensors");
        Object[] all = new Object[arguments.length + 3];
        all[0] = "logits";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--out";
        all[arguments.length + 2] = file;
        Lines.Outcome outcome = lines.run(all);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        try (Safetensors tensors = Safetensors.open(file)) {
            return Oracle.floats(tensors.tensor("logits"));
        }
    }

    private static String ids(JsonNode prompt) {
        return prompt.get("ids").toString().replaceAll("[\\[\\] ]", "");
    }

    private static void assertClose(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        float worst = 0;
        for (int i = 0; i < found.length; i++) {
            worst = Math.max(worst, Math.abs(found[i] - expected[i]));
        }
        assertThat(worst).isCloseTo(0, within(TOLERANCE));
    }

    @ParameterizedTest
    @MethodSource("models")
    void writesTheLogitsOfEveryPositionOfIdsAndOfText(String model) {
        JsonNode prompts = Oracle.goldenJson(model).get("prompts");
        try (Safetensors golden = Oracle.goldenTensors(model)) {
            for (Iterator<String> names = prompts.propertyNames().iterator(); names.hasNext(); ) {
                String name = names.next();
                if (golden.contains(name + ".logits")) {
                    float[] expected = Oracle.floats(golden.tensor(name + ".logits"));
                    JsonNode prompt = prompts.get(name);
                    assertClose(logits(Oracle.model(model), "--ids", ids(prompt)), expected);
                    assertClose(
                            logits(
                                    Oracle.model(model),
                                    "--text",
                                    prompt.get("text").asString()),
                            expected);
                }
            }
        }
    }

    @Test
    void asksForIdsOrText() {
        Lines.Outcome neither = lines.run("logits", Oracle.models().getFirst(), "--out", folder.resolve("x"));
        assertThat(neither.status()).isEqualTo(1);
        assertThat(neither.err()).contains("either --ids or --text");
        assertThat(lines.run("logits", Oracle.models().getFirst(), "--ids", "1").status())
                .isEqualTo(2);
    }

    @Test
    void refusesIdsThatTheModelDoesNotHave() {
        Lines.Outcome outcome =
                lines.run("logits", Oracle.models().getFirst(), "--ids", "99999999", "--out", folder.resolve("x"));
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).contains("99999999").doesNotContain("internal error");
        assertThat(folder.resolve("x")).doesNotExist();
    }
}
