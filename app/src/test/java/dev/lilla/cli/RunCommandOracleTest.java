package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunCommandOracleTest {
    @TempDir
    Path folder;

    private final Lines lines = new Lines();

    static List<Path> models() {
        return Oracle.models();
    }

    @ParameterizedTest
    @MethodSource("models")
    void continuesRawTextTheSameEveryTime(Path model) {
        Object[] line = {"run", model, "--raw", "Hello", "-n", "8", "--temperature", "0.8", "--seed", "7", "--json"};
        JsonNode first = lines.run(line).json();

        assertThat(first.get("completionTokens").asInt()).isBetween(0, 8);
        assertThat(lines.run(line).json().get("text")).isEqualTo(first.get("text"));
        Lines.Outcome streamed =
                lines.run("run", model, "--raw", "Hello", "-n", "8", "--temperature", "0.8", "--seed", "7");
        assertThat(streamed.out()).isEqualTo(first.get("text").asString() + "\n");
        assertThat(streamed.err()).contains("read ", "wrote ");
    }

    @Test
    void readsThePromptFromStandardInput() {
        Path model = Oracle.models().getFirst();
        String argument = lines.run("run", model, "--raw", "Hello", "-n", "4").out();

        assertThat(lines.typing("Hello")
                        .run("run", model, "--raw", "-", "-n", "4")
                        .out())
                .isEqualTo(argument);
        assertThat(lines.typing("Hello").run("run", model, "--raw", "-n", "4").out())
                .isEqualTo(argument);
        assertThat(lines.typing("").run("run", model).err()).contains("the prompt is empty");
    }

    @Nested
    class InAForm {
        private final Path model = Oracle.models().getFirst();

        private Lines.Outcome run(Object... options) {
            List<Object> line = new ArrayList<>(List.of("run", model, "Hello", "--seed", "5", "--json", "-n", "200"));
            line.addAll(List.of(options));
            return lines.run(line.toArray());
        }

        @Test
        void writesWhatASchemaAPatternOrAGrammarAllows() throws IOException {
            Path schema = Files.writeString(folder.resolve("schema.json"), """
                    {"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":9}},"required":["n"]}""");
            Path grammar = Files.writeString(folder.resolve("list.gbnf"), "root ::= (\"- \" [a-c] \"\\n\"){3}\n");
            String json = run("--json-schema", schema).json().get("text").asString();
            assertThat(JsonMapper.shared().readTree(json).get("n").asInt()).isBetween(1, 9);
            assertThat(run("--regex", "[0-9]{4}").json().get("text").asString()).matches("[0-9]{4}");
            assertThat(run("--grammar", grammar).json().get("text").asString()).matches("(- [a-c]\n){3}");
            assertThat(run("--json-object", "--raw").json().get("text").asString())
                    .startsWith("{");
        }

        @Test
        void saysWhatIsWrongWithAForm() throws IOException {
            Path schema = Files.writeString(folder.resolve("schema.json"), "{\"not\":{}}");
            assertThat(run("--json-schema", schema).err()).contains("#/not");
            assertThat(run("--regex", "a", "--json-object").err()).contains("exclude each other");
            assertThat(run("--grammar", folder.resolve("missing")).err()).contains("there is no file");
        }

        @Test
        void keepsEveryAnswerOfAConversationToIt() {
            Path talker = Oracle.model("llama");
            String out = lines.typing("Hi\nAgain\n")
                    .run("chat", talker, "--regex", "[a-z]{3}", "-n", "20")
                    .out();
            assertThat(out.lines()).hasSize(2).allMatch(line -> line.matches("[a-z]{3}"));
        }
    }

    @Nested
    class WithAChatTemplate {
        @Test
        void answersAUserInsteadOfContinuing() {
            for (Path model : Oracle.models()) {
                if (!lines.run("inspect", model, "--json")
                        .json()
                        .get("hasChatTemplate")
                        .asBoolean()) {
                    continue;
                }
                int raw = tokens(model, "--raw");
                int chat = tokens(model, "--seed=1");
                assertThat(chat).as(model.toString()).isGreaterThan(raw);
            }
        }

        private int tokens(Path model, String option) {
            return lines.run("run", model, "Hi", option, "-n", "1", "--json")
                    .json()
                    .get("promptTokens")
                    .asInt();
        }
    }

    @Nested
    class WithAdapters {
        @Test
        void writesWhatTheAdaptedModelWrites() {
            for (Path lora : Oracle.list(Oracle.path("lora"))) {
                Path model = Oracle.model(lora.getFileName().toString());
                String plain = text(model, "--seed=0");
                assertThat(text(model, "--lora=" + lora + "=0")).isEqualTo(plain);
                assertThat(text(model, "--lora=" + lora)).isNotEqualTo(plain);
            }
        }

        private String text(Path model, String option) {
            return lines.run("run", model, "--raw", "The quick", option, "-n", "12")
                    .out();
        }

        @Test
        void refusesAScaleThatIsNoNumber() {
            List<Path> loras = Oracle.list(Oracle.path("lora"));
            Assumptions.assumeFalse(loras.isEmpty(), "the oracle has no adapters");
            Path model = Oracle.model(loras.getFirst().getFileName().toString());
            assertThat(lines.run("run", model, "Hi", "--lora", loras.getFirst() + "=much")
                            .err())
                    .contains("\"much\" is no number");
        }
    }

    @Nested
    class Chatting {
        private Path withTemplate() {
            return Oracle.models().stream()
                    .filter(model -> lines.run("inspect", model, "--json")
                            .json()
                            .get("hasChatTemplate")
                            .asBoolean())
                    .findFirst()
                    .orElseGet(() -> {
                        Assumptions.abort("no model with a chat template");
                        throw new IllegalStateException();
                    });
        }

        @Test
        void remembersWhatWasSaid() {
            Path saved = folder.resolve("chat.json");
            Lines.Outcome outcome = lines.typing("Hello\n\"\"\"two\nlines\"\"\"\n/undo\n/system short\n/save " + saved
                            + "\n/stats\n/exit\nnever\n")
                    .run("chat", withTemplate(), "-n", "5");

            assertThat(outcome.status()).isZero();
            assertThat(outcome.out().lines().count()).isGreaterThanOrEqualTo(2);
            assertThat(outcome.err()).contains("taken back", "2 messages written", "wrote ");
            assertThat(saved)
                    .content()
                    .contains("\"Hello\"", "\"system\"", "\"assistant\"")
                    .doesNotContain("never");
            assertThat(lines.run("render", withTemplate(), saved).status()).isIn(0, 1);
        }

        @Test
        void goesOnWithASavedConversation() throws Exception {
            Path saved = Files.writeString(
                    folder.resolve("chat.json"),
                    "[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Ho\"}]");
            Lines.Outcome outcome = lines.typing("again\n/undo\n/undo\n/undo\n/nonsense\n/load nowhere\n/help\n")
                    .run("chat", withTemplate(), "--load", saved, "-n", "3");

            assertThat(outcome.err()).contains("nothing to take back", "there is no /nonsense", "nowhere", "/retry");
        }

        @Test
        void survivesAConversationThatIsTooLong() {
            Lines.Outcome outcome = lines.typing("word ".repeat(400) + "\nHi\n")
                    .run("chat", withTemplate(), "-n", "3", "--context", "64");

            assertThat(outcome.status()).isZero();
            assertThat(outcome.err()).contains("the message was taken back");
            assertThat(outcome.out()).isNotBlank();
        }
    }
}
