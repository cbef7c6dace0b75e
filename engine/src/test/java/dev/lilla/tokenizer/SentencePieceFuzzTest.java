package dev.lilla.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lilla.Oracle;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes, a SentencePiece model is read or refused with one of the two errors, within 512 MB of heap, and
/// what is read encodes and decodes.
class SentencePieceFuzzTest {
    /// `<unk>` of type unknown, `▁` and `<0x41>` of type byte, with model type BPE.
    private static final byte[] SMALL = HexFormat.of()
            .parseHex(
                    "0a0e0a053c756e6b3e150000000018020a0c0a03e296811500008bc318010a0f0a063c307834313e150000000018061202"
                            + "1802");

    static List<byte[]> seeds() throws IOException {
        return List.of(
                SMALL,
                Files.readAllBytes(Oracle.smallest(Oracle.filesUnder(Oracle.path("models"), "tokenizer.model"))));
    }

    @Tag("long")
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        FuzzedTokenizer.use(() ->
                SentencePieceModel.read(bytes, FuzzedTokenizer.NAME).withSpecialTokens(List.of("<sop>"), List.of()));
    }
}
