package dev.lilla.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lilla.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes, GGUF is read or refused with one of the two errors, within 512 MB of heap.
class GgufFuzzTest {
    static List<byte[]> seeds() throws IOException {
        return List.of(Files.readAllBytes(Oracle.smallest(Oracle.ggufs())));
    }

    @Tag("long")
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        FuzzedFile.open(bytes, Gguf::parse);
    }
}
