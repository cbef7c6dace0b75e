package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The commands that turn a model into figures, prompts and other files.
class EvaluationCommandsOracleTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    @Nested
    class Perplexity {
        @Test
        void isTheSameForPeopleAndPrograms() {
            Path model = Oracle.filesUnder(Oracle.path("gguf/quant"), ".gguf").getFirst();
            Path text = Oracle.path("golden/quant/ppl-text.txt");
            JsonNode result = lines.run("perplexity", model, text, "--context", "128", "--kv-type", "f32", "--json")
                    .json();

            assertThat(result.get("perplexity").asDouble())
                    .isEqualTo(Math.exp(result.get("meanNll").asDouble()));
            assertThat(lines.run("perplexity", model, text, "--context", "128", "--kv-type", "f32", "--batch", "16")
                            .out())
                    .startsWith(String.format(
                            Locale.ROOT,
                            "perplexity %.2f",
                            Math.floor(result.get("perplexity").asDouble() * 100) / 100));
        }

        @Test
        void asksForALongerText() throws IOException {
            Path text = Files.writeString(folder.resolve("short.txt"), "Hello");
            assertThat(lines.run("perplexity", Oracle.models().getFirst(), text).err())
                    .contains("less than two windows of 512");
        }
    }

    @Nested
    class Rendering {
        @Test
        void takesATemplateFromAFile() throws IOException {
            Path template = Files.writeString(
                    folder.resolve("t.jinja"),
                    "{{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
                            + "{% if add_generation_prompt %}<bot>{% endif %}{{ mood }}");
            lines.typing("[{\"role\":\"user\",\"content\":\"Hi\"}]");

            assertThat(lines.run("render", template, "-").out()).isEqualTo("<user>Hi");
            assertThat(lines.run("render", template, "-", "--add-generation-prompt", "--bos", "<s>")
                            .out())
                    .isEqualTo("<s><user>Hi<bot>");
            assertThat(lines.run("render", template, "-", "--set", "mood=calm").out())
                    .isEqualTo("<user>Hicalm");
            lines.typing("{\"messages\":[],\"mood\":1}");
            assertThat(lines.run("render", template, "-").out()).isEqualTo("1");
        }

        @Test
        void explainsBrokenTemplatesAndMessages() throws IOException {
            Path template = Files.writeString(folder.resolve("t.jinja"), "{% for %}");
            lines.typing("[]");
            assertThat(lines.run("render", template, "-").err())
                    .contains("line 1")
                    .doesNotContain("internal");
            lines.typing("{\"a\":1}");
            Path fine = Files.writeString(folder.resolve("u.jinja"), "x");
            assertThat(lines.run("render", fine, "-").err()).contains("neither a list of messages");
        }
    }

    @Nested
    class Converting {
        @Test
        void makesAGgufThatAnswersLikeItsSource() {
            Path source = Oracle.models().stream()
                    .filter(model -> Oracle.gguf(model.getFileName().toString()).isPresent())
                    .findFirst()
                    .orElseGet(() -> {
                        Assumptions.abort("no model with a GGUF");
                        throw new IllegalStateException();
                    });
            Path target = folder.resolve("model.gguf");
            assertThat(lines.run("convert", source, target, "--type", "f32").status())
                    .isZero();

            assertThat(lines.run("run", target, "--raw", "Hello", "-n", "6").out())
                    .isEqualTo(lines.run("run", source, "--raw", "Hello", "-n", "6")
                            .out());
            assertThat(lines.run("convert", source, target).err()).contains("exists already", "--force");
            assertThat(lines.run("convert", source, folder.resolve("x.gguf"), "--type", "q9")
                            .err())
                    .contains("q4_k_m");
        }
    }

    @Nested
    class Probing {
        @Test
        void namesOneOfSixteenLayouts() throws IOException {
            List<Path> gebs = Oracle.models().stream()
                    .filter(model -> lines.run("inspect", model, "--json")
                            .json()
                            .get("family")
                            .asString()
                            .equals("geb"))
                    .toList();
            Assumptions.assumeFalse(gebs.isEmpty(), "the oracle has no GEB");
            Path text = Files.writeString(folder.resolve("text"), "The quick brown fox jumps over the lazy dog.");
            JsonNode scores = lines.run("inspect", gebs.getFirst(), "--probe-layout", text, "--json")
                    .json();

            assertThat(scores.size()).isEqualTo(16);
            assertThat(scores.get(0).get("meanNll").asDouble())
                    .isLessThan(scores.get(15).get("meanNll").asDouble());
            assertThat(lines.run("inspect", gebs.getFirst(), "--probe-layout", text)
                            .out())
                    .contains(
                            "Best: --geb-layout " + scores.get(0).get("layout").asString());
            assertThat(lines.run(
                                    "inspect",
                                    gebs.getFirst(),
                                    "--geb-layout",
                                    scores.get(0).get("layout").asString())
                            .status())
                    .isZero();
        }
    }
}
