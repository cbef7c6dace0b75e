package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    private Path folder;

    @Test
    void takesThePlaceOfAnOlderFile() throws Exception {
        Path file = folder.resolve("report.html");
        Files.writeString(file, "a much longer text that was there before");

        WholeFile.write(file, "kött & bröd");

        assertThat(Files.readString(file)).isEqualTo("kött & bröd");
        try (var files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void namesTheFileThatItCannotWriteAndLeavesAllAsItWas() throws Exception {
        Path inTheWay = Files.createDirectory(folder.resolve("plan.txt"));
        Files.writeString(inTheWay.resolve("kept"), "kept");

        assertThatThrownBy(() -> WholeFile.write(inTheWay, "a plan"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(inTheWay + ": cannot be written");
        assertThat(inTheWay.resolve("kept")).hasContent("kept");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(inTheWay);
        }
    }
}
