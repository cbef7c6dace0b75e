package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class SideBySideTest {
    private static String print(int columns, String... texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            new SideBySide(columns, texts.length).print(out, texts);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void wrapsEachTextAtWords() {
        assertThat(print(29, "one two three four", "a\nb")).isEqualToNormalizingNewlines("""
                one two three  a
                four           b
                """);
    }

    @Test
    void cutsWordsThatAreLongerThanAColumn() {
        assertThat(print(27, "abcdefghijklmnopqrst", "x")).isEqualToNormalizingNewlines("""
                abcdefghijkl  x
                mnopqrst
                """);
    }
}
