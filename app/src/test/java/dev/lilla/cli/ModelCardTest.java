package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What the files around a checkpoint say of it.
class ModelCardTest {
    @TempDir
    Path model;

    @BeforeEach
    void copiesAModelWithoutWords() throws IOException {
        for (Path file : Oracle.list(Oracle.models().getFirst())) {
            String name = file.getFileName().toString();
            if (name.equals("config.json") || name.endsWith(".safetensors")) {
                Files.copy(file, model.resolve(name));
            }
        }
    }

    private interface Question<T> {
        T of(ModelCard card) throws IOException;
    }

    private <T> T ask(Question<T> question) throws IOException {
        try (ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
            return question.of(new ModelCard(description));
        }
    }

    private void write(String file, String content) throws IOException {
        Files.writeString(model.resolve(file), content.replace('\'', '"'));
    }

    @Nested
    class License {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "---#license: mit#---#text | mit",
                    "---#tags: [a]#license: \"apache-2.0\"#---# | apache-2.0",
                    "---#license_name: tongyi#license_link: x#---# | tongyi",
                })
        void isTheOneInTheReadme(String readme, String license) throws IOException {
            write("README.md", readme.replace('#', '\n'));
            assertThat(ask(ModelCard::license)).contains(license);
        }

        @ParameterizedTest
        @CsvSource({"license: mit", "---#tags: [a]#---#license: mit", "---#license: mit"})
        void isNotGuessedFromTheText(String readme) throws IOException {
            write("README.md", readme.replace('#', '\n'));
            assertThat(ask(ModelCard::license)).isEmpty();
        }
    }

    @Nested
    class Template {
        @Test
        void isNothingWhereNoFileHasOne() throws IOException {
            assertThat(ask(ModelCard::chatTemplate)).isEmpty();
            write("tokenizer_config.json", "{'bos_token':'<s>'}");
            assertThat(ask(ModelCard::chatTemplate)).isEmpty();
        }

        @Test
        void isThatOfTheTokenizer() throws IOException {
            write("tokenizer_config.json", "{'chat_template':'{{ a }}'}");
            assertThat(ask(ModelCard::chatTemplate)).contains("{{ a }}");
        }

        @Test
        void isTheDefaultOfSeveral() throws IOException {
            write(
                    "tokenizer_config.json",
                    "{'chat_template':[{'name':'tool_use','template':'t'},{'name':'default','template':'d'}]}");
            assertThat(ask(ModelCard::chatTemplate)).contains("d");
        }

        @Test
        void comesFromItsOwnFileFirst() throws IOException {
            write("tokenizer_config.json", "{'chat_template':'old'}");
            write("chat_template.jinja", "new");
            assertThat(ask(ModelCard::chatTemplate)).isEqualTo(Optional.of("new"));
        }
    }

    @Test
    void namesTheForm() throws IOException {
        assertThat(ask(ModelCard::format)).isEqualTo("safetensors");
    }
}
