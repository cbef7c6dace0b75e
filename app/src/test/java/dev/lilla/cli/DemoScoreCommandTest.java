package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ProjectFolder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class DemoScoreCommandTest {
    private final Lines lines = new Lines().with("LILLA_MODELS", ProjectFolder.models());

    @Test
    void showsAsManyExamplesAsFitTheContext() {
        Lines.Outcome outcome = lines.run("demo-score", DemoModel.NAME, "--house", "--shots", 12, "--questions", 3);
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).contains("majority", "keywords", "model");
        Matcher shown = Pattern.compile("(\\d+) before (\\d+) questions").matcher(outcome.err());
        int questions = 0;
        while (shown.find()) {
            assertThat(Integer.parseInt(shown.group(1))).isBetween(1, 11);
            questions += Integer.parseInt(shown.group(2));
        }
        assertThat(questions).isEqualTo(9);
    }

    @Test
    void saysWhatIsWrongWithTheNumberOfExamples() {
        assertThat(lines.run("demo-score", DemoModel.NAME, "--shots", 5).err()).contains("--house");
        assertThat(lines.run("demo-score", DemoModel.NAME, "--house", "--shots", 21)
                        .err())
                .contains("--shots is 21, expected at most 20");
    }
}
