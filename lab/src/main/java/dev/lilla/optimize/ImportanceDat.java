package dev.lilla.optimize;

import dev.lilla.format.ModelFormatException;
import dev.lilla.optimize.ImportanceMatrix.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// llama.cpp's form of an importance matrix before it was GGUF, little-endian: the number of entries; for each
/// the length
/// of its name, the name, the number of chunks, the number of columns, and for each column the mean square
/// times the
/// number of chunks; then the number of chunks, and the name of the texts after its length.
final class ImportanceDat {
    private static final long BYTES_MAX = 1L << 30;
    private static final int NAME_MAX = 1 << 12;

    private ImportanceDat() {}

    static void write(Path path, ImportanceMatrix matrix) {
        byte[] texts = String.join(", ", matrix.datasets()).getBytes(StandardCharsets.UTF_8);
        int bytes = 3 * Integer.BYTES + texts.length;
        for (Map.Entry<String, Entry> entry : matrix.entries().entrySet()) {
            bytes = Math.addExact(
                    bytes,
                    3 * Integer.BYTES
                            + entry.getKey().getBytes(StandardCharsets.UTF_8).length
                            + entry.getValue().squares().length * Float.BYTES);
        }
        int chunks = Math.max(1, matrix.chunks());
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(matrix.entries().size());
        matrix.entries().forEach((weight, entry) -> {
            byte[] name = weight.getBytes(StandardCharsets.UTF_8);
            out.putInt(name.length).put(name).putInt(chunks).putInt(entry.squares().length);
            for (float mean : entry.means()) {
                out.putFloat(mean * chunks);
            }
        });
        out.putInt(chunks).putInt(texts.length).put(texts);
        try {
            Path partial = path.resolveSibling(path.getFileName() + ".partial");
            Files.write(partial, out.array());
            Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
        }
    }

    static ImportanceMatrix read(Path path) {
        try {
            if (Files.size(path) > BYTES_MAX) {
                throw broken(path, "has " + Files.size(path) + " bytes, at most " + BYTES_MAX + " are read");
            }
            return read(path, ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN));
        } catch (BufferUnderflowException e) {
            ModelFormatException failure = broken(path, "ends in the middle of an entry");
            failure.initCause(e);
            throw failure;
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static ImportanceMatrix read(Path path, ByteBuffer in) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        int count = in.getInt();
        for (int i = 0; i < count; i++) {
            String name = text(path, in);
            int chunks = in.getInt();
            int columns = in.getInt();
            if (chunks < 1 || columns < 1 || columns > in.remaining() / Float.BYTES) {
                throw broken(path, "entry " + i + " has " + columns + " columns of " + chunks + " chunks");
            }
            float[] squares = new float[columns];
            in.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(squares);
            in.position(in.position() + columns * Float.BYTES);
            // Sums over so many "tokens" as there were chunks: what is left of the count.
            if (entries.put(name, new Entry(squares, chunks)) != null) {
                throw broken(path, "has two entries " + name);
            }
        }
        boolean hasTexts = in.remaining() >= 2 * Integer.BYTES;
        int chunks = hasTexts ? in.getInt() : 0;
        return new ImportanceMatrix(entries, hasTexts ? List.of(text(path, in)) : List.of(), Math.max(0, chunks), 0);
    }

    private static String text(Path path, ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > Math.min(NAME_MAX, in.remaining())) {
            throw broken(path, "has a name of " + length + " bytes at byte " + in.position());
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static ModelFormatException broken(Path path, String what) {
        return new ModelFormatException(path + ": is no importance matrix: " + what + ". Make one with lilla imatrix.");
    }
}
