package dev.lilla.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Real files, cut short and with flipped bits.
class HostileFilesOracleTest {
    /// Where heads and directories are: flips there are the interesting ones.
    private static final int EDGE_BYTES = 20_000;

    private static final int FLIPS = 300;

    @TempDir
    Path folder;

    static List<Path> weights() {
        return Oracle.filesUnder(Oracle.root(), "").stream()
                .filter(file -> file.toString().matches(".*\\.(gguf|safetensors|bin)"))
                .toList();
    }

    static List<Path> jsonFiles() {
        return Oracle.filesUnder(Oracle.path("models"), ".json");
    }

    @ParameterizedTest
    @MethodSource("weights")
    void cutAtEveryPercentNameFileAndOffset(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        long lastByteOfATensor;
        try (Checkpoint whole = parse(path, bytes)) {
            lastByteOfATensor = lastByte(path, bytes, whole);
        }
        for (int percent = 0; percent < 100; percent++) {
            int length = (int) (bytes.length * (long) percent / 100);
            if (length < lastByteOfATensor) { // what follows is padding
                byte[] cut = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> parse(path, cut).close())
                        .as("%s cut at %s", path, length)
                        .isInstanceOf(ModelFormatException.class)
                        .hasMessageContaining(path.toString())
                        .hasMessageContaining("at byte ");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("weights")
    void cutOnDiskNameFileAndOffset(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        Path cut = folder.resolve(path.getFileName().toString());
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> open(cut).close())
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining(cut.toString())
                .hasMessageContaining("at byte ");
    }

    @ParameterizedTest
    @MethodSource("jsonFiles")
    void jsonCutAtEveryPercentNamesFileAndOffset(Path path) throws IOException {
        byte[] bytes = Files.readString(path).strip().getBytes(StandardCharsets.UTF_8);
        for (int percent = 0; percent < 100; percent++) {
            byte[] cut = Arrays.copyOf(bytes, (int) (bytes.length * (long) percent / 100));
            assertThatThrownBy(() -> JsonFiles.parse(cut, path.toString()))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("at byte ");
        }
    }

    @ParameterizedTest
    @MethodSource("weights")
    void flippedBitsGiveNothingButTheTwoErrors(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        Random random = new Random(bytes.length);
        for (int i = 0; i < FLIPS; i++) {
            int within = random.nextInt(Math.min(EDGE_BYTES, bytes.length));
            int at = i % 3 == 0 ? bytes.length - 1 - within : within;
            byte bit = (byte) (1 << random.nextInt(Byte.SIZE));
            bytes[at] ^= bit;
            try (Checkpoint checkpoint = parse(path, bytes)) {
                assertThat(touch(checkpoint)).isNotNegative();
            } catch (ModelFormatException | UnsupportedModelException e) {
                assertThat(e).hasMessageContaining(path.toString());
            }
            bytes[at] ^= bit;
        }
    }

    private static Checkpoint open(Path path) {
        return switch (path.toString().substring(path.toString().lastIndexOf('.'))) {
            case ".gguf" -> Gguf.open(path);
            case ".safetensors" -> Safetensors.open(path);
            default -> PyTorchWeights.open(path);
        };
    }

    private static Checkpoint parse(Path path, byte[] bytes) {
        MappedFile file = new MappedFile(path, MemorySegment.ofArray(bytes));
        return switch (path.toString().substring(path.toString().lastIndexOf('.'))) {
            case ".gguf" -> Gguf.parse(file, new FileMapping());
            case ".safetensors" -> Safetensors.parse(file, new FileMapping());
            default -> PyTorchWeights.parse(file, new FileMapping());
        };
    }

    /// The end of what is needed: of a GGUF that of the last tensor, else that of the file.
    private static long lastByte(Path path, byte[] bytes, Checkpoint checkpoint) {
        if (checkpoint instanceof Gguf) {
            return GgufHeader.read(new MappedFile(path, MemorySegment.ofArray(bytes))).entries().stream()
                    .mapToLong(GgufHeader.Entry::end)
                    .max()
                    .orElse(0);
        }
        return bytes.length;
    }

    /// Reads the first and last byte of every tensor.
    private static long touch(Checkpoint checkpoint) {
        long sum = 0;
        for (Tensor tensor : checkpoint.tensors().values()) {
            MemorySegment data = tensor.data();
            if (data.byteSize() > 0) {
                sum += data.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
                sum += data.get(ValueLayout.JAVA_BYTE, data.byteSize() - 1) & 0xFF;
            }
        }
        return sum;
    }
}
