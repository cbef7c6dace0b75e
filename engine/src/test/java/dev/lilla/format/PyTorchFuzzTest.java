package dev.lilla.format;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the bytes, a PyTorch zip or its pickle alone is read or refused with one of the two errors, within
/// 512 MB of heap, and nothing is executed.
class PyTorchFuzzTest {
    static List<byte[]> seeds() {
        byte[] pickle = PickleBytes.dictionary("w", PickleBytes.floatTensor("0", 6, 0, "2,3", "3,1"))
                .bytes();
        byte[] empty = new PickleBytes().op('}', '.').bytes();
        return List.of(TorchZip.ofOneTensor().bytes(), TorchZip.zip64("archive/data.pkl", empty), pickle);
    }

    @Tag("long")
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        boolean isZip = bytes.length > 0 && bytes[0] == 'P';
        byte[] file = isZip
                ? bytes
                : new TorchZip()
                        .add("data.pkl", bytes)
                        .add("data/0", new byte[24])
                        .bytes();
        FuzzedFile.open(file, PyTorchWeights::parse);
    }
}
