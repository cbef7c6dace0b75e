package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.Usage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerPrinterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private AnswerPrinter printer(boolean isTerminal) {
        return new AnswerPrinter(
                new Console(
                        new ByteArrayInputStream(new byte[0]),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        Map.of(),
                        new Console.Terminals(false, false, isTerminal)),
                () -> true);
    }

    private String progress() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void printsAnAnswerAsItComes() {
        AnswerPrinter printer = printer(true);
        printer.text("Hej ");
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Hej ");
        printer.text("v\u00e4rlden");
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Hej v\u00e4rlden");
        assertThat(printer.isCancelled()).isTrue();
    }

    @Test
    void showsHowFarALongPromptIsUntilTheAnswerBegins() {
        AnswerPrinter printer = printer(true);
        printer.promptRead(512, 2000);
        assertThat(progress()).isEqualTo("reading the prompt: 512 of 2000 tokens");
        printer.promptRead(2000, 2000);
        assertThat(progress()).endsWith("tokens\r\u001b[K");
        printer.text("x");
        assertThat(progress()).endsWith("tokens\r\u001b[K");
    }

    @Test
    void isSilentAboutShortPromptsAndWhereNobodyLooks() {
        printer(true).promptRead(10, 255);
        printer(false).promptRead(512, 2000);
        assertThat(progress()).isEmpty();
    }

    @Test
    void tellsSpeedsOnlyWhereThereAreSome() {
        Duration second = Duration.ofSeconds(1);
        assertThat(AnswerPrinter.timings(new Usage(12, 8, 31, second, second, DraftUsage.NONE)))
                .isEqualTo("read 12 tokens (8 cached) at 4.0/s, wrote 31 at 30.0/s");
        assertThat(AnswerPrinter.timings(new Usage(12, 0, 1, second, Duration.ZERO, DraftUsage.NONE)))
                .isEqualTo("read 12 tokens at 12.0/s, wrote 1");
        assertThat(AnswerPrinter.timings(new Usage(4, 0, 21, second, second, new DraftUsage(24, 11, 10))))
                .isEqualTo("read 4 tokens at 4.0/s, wrote 21 at 20.0/s, 2.1 in a step: 11 of 24 guesses were right");
    }
}
