package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.00 kB",
        "1234567, 1.23 MB",
        "567520, 568 kB",
        "999600, 1.00 MB",
        "4370000000, 4.37 GB",
        "14480000000, 14.5 GB",
        "9223372036854775807, 9223372 TB"
    })
    void writeBytes(long bytes, String text) {
        assertThat(Units.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"12, 12", "134515008, 135 M", "7241732096, 7.24 B"})
    void writeCounts(long count, String text) {
        assertThat(Units.count(count)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"7, 0:07", "750, 12:30", "3900, 1:05:00"})
    void writeTimes(long seconds, String text) {
        assertThat(Units.time(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @Nested
    class Progress {
        private final ByteArrayOutputStream err = new ByteArrayOutputStream();

        private ProgressLine line(Console.Terminals terminals) {
            PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
            return new ProgressLine(new Console(
                    new ByteArrayInputStream(new byte[0]), stream, stream, Map.of("COLUMNS", "40"), terminals));
        }

        @Test
        void saysHowFarHowFastAndHowLong() {
            ProgressLine line = line(Console.Terminals.NONE);
            line.started("model.safetensors", 2_000_000_000);
            line.reached(0);
            line.advance(500_000_000);

            assertThat(line.text(10_000_000_000L))
                    .isEqualTo("model.safetensors   25 %  500 MB of 2.00 GB  50.0 MB/s  0:30 left");
        }

        @Test
        void doesNotCountWhatWasThereBeforeAsSpeed() {
            ProgressLine line = line(Console.Terminals.NONE);
            line.started("a", 1000);
            line.reached(900);

            assertThat(line.text(1_000_000_000)).isEqualTo("a   90 %  900 B of 1.00 kB");
        }

        @Test
        void isSilentWhereNobodyLooks() {
            ProgressLine line = line(Console.Terminals.NONE);
            line.started("a", 10);
            line.reached(5);
            line.finished();

            assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        }

        @Test
        void neverWrapsAndClearsItselfOnATerminal() {
            ProgressLine line = line(new Console.Terminals(true, true, true));
            line.started("a name that is longer than the terminal is wide", 10);
            line.finished();

            assertThat(err.toString(StandardCharsets.UTF_8))
                    .startsWith("\ra name that is longer than the terminal")
                    .doesNotContain("wide")
                    .endsWith("\r\u001b[K");
        }
    }
}
