package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ProjectFolder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Numbers that no server can do anything with, which are told before it starts.
class ServeCommandTest {
    @TempDir
    Path home;

    private Lines.Outcome serve(String option, String value) {
        return new Lines().with("LILLA_HOME", home).run("serve", ProjectFolder.demoModel(), option + "=" + value);
    }

    @ParameterizedTest
    @CsvSource({
        "--cache-tokens, 1000000000000, expected 1 to 2147483647",
        "--cache-tokens, 9223372036854775807, expected 1 to 2147483647",
        "--cache-tokens, 0, expected 1 to 2147483647",
        "--parallel, 2147483647, expected 1 to 4096",
        "--parallel, 0, expected 1 to 4096",
        "--queue, 2147483647, expected 1 to 1000000",
        "--answer-time, 0, expected 1 or more",
        "--request-time, 0, expected 1 or more",
        "--grace, -1, expected 0 or more",
        "--keep-alive, -1, expected 0 or more",
        "--load-wait, -1, expected 0 or more",
        "--port, 65536, expected 0 to 65535",
        "--port, -1, expected 0 to 65535"
    })
    void namesTheOptionWhatItIsAndWhatItMayBe(String option, String value, String expected) {
        Lines.Outcome outcome = serve(option, value);
        assertThat(outcome.status()).isEqualTo(Lilla.FAILED);
        assertThat(outcome.err()).isEqualTo("lilla: " + option + " is " + value + ", " + expected + "\n");
    }

    @ParameterizedTest
    @CsvSource({"999999999999t, is no size of a memory", "0, is no size of a memory", "4 GB, is no size; write"})
    void saysWhatASizeIs(String value, String expected) {
        Lines.Outcome outcome = serve("--memory", value);
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.err()).contains("--memory", expected).doesNotContain("Exception");
    }

    @Test
    void saysWhichOptionsMakeAModelFitThatDoesNot() {
        Lines.Outcome outcome = serve("--cache-tokens", "2147483647");
        assertThat(outcome.status()).isEqualTo(Lilla.FAILED);
        assertThat(outcome.err()).contains("of memory with its cache", "a smaller --cache-tokens or --context");
    }
}
