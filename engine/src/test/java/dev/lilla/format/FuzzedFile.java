package dev.lilla.format;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// What a fuzzed file may do: open, or fail with one of the two errors and name itself.
final class FuzzedFile {
    private static final Path PATH = Path.of("fuzzed");

    /// Opens a file that is in memory.
    interface Parser {
        Checkpoint parse(MappedFile file, FileMapping mapping);
    }

    private FuzzedFile() {}

    static void open(byte[] bytes, Parser parser) {
        MappedFile file = new MappedFile(PATH, MemorySegment.ofArray(bytes));
        try (Checkpoint checkpoint = parser.parse(file, new FileMapping())) {
            checkpoint.tensors().forEach((name, tensor) -> {
                if (tensor.data().byteSize() > bytes.length || !checkpoint.contains(name)) {
                    throw new AssertionError("tensor " + name + " is larger than its file");
                }
            });
        } catch (ModelFormatException | UnsupportedModelException e) {
            if (!String.valueOf(e.getMessage()).contains(PATH.toString())) {
                throw new AssertionError("the error does not name the file", e);
            }
        }
    }
}
