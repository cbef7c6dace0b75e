package dev.lilla.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.ModelFormatException;
import dev.lilla.optimize.ImportanceMatrix.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImportanceFileTest {
    private static final ImportanceMatrix MATRIX = new ImportanceMatrix(
            Map.of(
                    "blk.0.attn_q.weight", new Entry(new float[] {12, 0, 48}, 12),
                    "blk.0.ffn_down.weight", new Entry(new float[] {6}, 12)),
            List.of("tickets.jsonl"),
            3,
            4);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"m.gguf", "m.dat"})
    void readsWhatItWrote(String name) {
        Path file = folder.resolve(name);
        ImportanceFile.write(file, MATRIX);
        ImportanceMatrix read = ImportanceFile.read(file);
        assertThat(read.entries().keySet()).isEqualTo(MATRIX.entries().keySet());
        assertThat(read.means("blk.0.attn_q.weight", 3).orElseThrow()).containsExactly(1, 0, 4);
        assertThat(read.means("blk.0.ffn_down.weight", 1).orElseThrow()).containsExactly(0.5f);
        assertThat(read.means("blk.1.ffn_down.weight", 1)).isEmpty();
        assertThat(read.datasets()).containsExactly("tickets.jsonl");
        assertThat(read.chunks()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.gguf", "m.dat"})
    void refusesFilesThatWereCutOff(String name) throws IOException {
        Path file = folder.resolve(name);
        ImportanceFile.write(file, MATRIX);
        byte[] bytes = Files.readAllBytes(file);
        // What comes after: the name of the text, or the padding behind the last count.
        int entries = bytes.length - (name.endsWith(".dat") ? 8 + "tickets.jsonl".length() : 32 - Float.BYTES);
        for (int length = 0; length < entries; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> ImportanceFile.read(file)).isInstanceOf(ModelFormatException.class);
        }
    }

    @Test
    void refusesSumsThatAreNone() {
        Path file = folder.resolve("bad.gguf");
        ImportanceFile.write(
                file,
                new ImportanceMatrix(
                        Map.of("blk.0.attn_q.weight", new Entry(new float[] {1, Float.NaN}, 1)), List.of(), 1, 1));
        assertThatThrownBy(() -> ImportanceFile.read(file))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("column 1 of blk.0.attn_q.weight");
    }

    @Test
    void refusesAMatrixOfAnotherModel() {
        assertThatThrownBy(() -> MATRIX.means("blk.0.attn_q.weight", 4))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("another model");
    }
}
