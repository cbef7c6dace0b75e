package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadingLineTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private long nanos;

    private LoadingLine line(Console.Terminals terminals) {
        PrintStream err = new PrintStream(shown, true, StandardCharsets.UTF_8);
        Console console = new Console(InputStream.nullInputStream(), err, err, Map.of(), terminals);
        return new LoadingLine(new ProgressLine(console), "model.gguf", () -> nanos);
    }

    private String open(Console.Terminals terminals, long nanosPerTensor) {
        try (LoadingLine line = line(terminals)) {
            for (int tensor = 0; tensor < 4; tensor++) {
                line.reached(tensor * 1_000_000_000L, 4_000_000_000L);
                nanos += nanosPerTensor;
            }
        }
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void saysNothingOfAModelThatIsThereAtOnce() {
        assertThat(open(new Console.Terminals(true, true, true), 200_000_000)).isEmpty();
    }

    @Test
    void saysHowFarALargeModelIsAndTakesTheLineBack() {
        assertThat(open(new Console.Terminals(true, true, true), 600_000_000))
                .contains("opening model.gguf", "of 4.00 GB")
                .endsWith("\r\u001b[K");
    }

    @Test
    void saysNothingWhereNobodyLooks() {
        assertThat(open(Console.Terminals.NONE, 600_000_000)).isEmpty();
    }
}
