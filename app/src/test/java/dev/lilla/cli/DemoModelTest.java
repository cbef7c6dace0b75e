package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DemoModelTest {
    @Test
    void showsWhatThePageShows() throws IOException {
        try (InputStream stream = DemoModel.class.getResourceAsStream("/dev/lilla/web/demo-prompts.js")) {
            String page = new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(DemoModel.examples(DemoModel.LARGER))
                    .hasSize(12)
                    .allSatisfy(example -> assertThat(page).contains("'" + example.replace("\n", "\\n") + "'"));
        }
    }

    @Test
    void hasNoExamplesForOtherModels() {
        assertThat(DemoModel.examples("llama-3.2-1b")).isEmpty();
        assertThat(DemoModel.examples(DemoModel.NAME)).isNotEmpty();
    }
}
