package dev.lilla.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lilla.Oracle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes, safetensors are read or refused with one of the two errors, within 512 MB of heap.
class SafetensorsFuzzTest {
    private static final String HEADER = "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"w\":{\"dtype\":\"BF16\",\"shape\":[2,5],\"data_offsets\":[0,20]},"
            + "\"n\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[20,24]}}";

    static List<byte[]> seeds() throws IOException {
        return List.of(
                HEADER.getBytes(StandardCharsets.UTF_8),
                Files.readAllBytes(Oracle.smallest(Oracle.filesUnder(Oracle.root(), ".safetensors"))));
    }

    /// Bytes that begin as a header does become the header of a file with 24 bytes of data.
    @Tag("long")
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        boolean isHeader = bytes.length > 0 && bytes[0] == '{';
        FuzzedFile.open(isHeader ? withHeader(bytes) : bytes, Safetensors::parse);
    }

    private static byte[] withHeader(byte[] header) {
        return ByteBuffer.allocate(Long.BYTES + header.length + 24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .array();
    }
}
