package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.FileChangedException;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.Weight;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/// A program that changes a file while a model in it is open; a test starts it, since a mistake ends the program.
public final class ChangedFile {
    /// What happens to the file.
    enum Change {
        NONE,
        UNLINK,
        REPLACE,
        TRUNCATE
    }

    /// Larger than what a backend copies: 320 MB of zeros, of which the disk holds none.
    private static final int TABLE_ROWS = 1_250_000;

    private static final int TABLE_COLUMNS = 64;

    private ChangedFile() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[2]);
        HostOptions options = new HostOptions(HostOptions.Choice.valueOf(arguments[0]), 2);
        String said;
        try {
            said = file.toString().endsWith(".gguf")
                    ? written(options, Change.valueOf(arguments[1]), file)
                    : embedded(options, file);
        } catch (FileChangedException e) {
            said = "refused: " + e.getMessage();
        }
        try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write(said.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// What a model writes after its file was changed.
    private static String written(HostOptions options, Change change, Path file) throws IOException {
        try (HostBackend backend = HostBackend.open(options);
                LoadedModel model = ModelLoader.open(file, LoadOptions.DEFAULT, backend)) {
            int vocab = model.spec().vocab();
            DecoderOracleTest.greedy(model.decoder(), backend, new int[] {1, 2, 3}, 2, List.of());
            change(change, file);
            int[] prompt = new int[40];
            Arrays.setAll(prompt, i -> i * 37 % vocab);
            return Arrays.toString(DecoderOracleTest.greedy(model.decoder(), backend, prompt, 12, List.of()));
        }
    }

    private static void change(Change change, Path file) throws IOException {
        switch (change) {
            case NONE -> {}
            case UNLINK -> Files.delete(file);
            case REPLACE -> {
                Path other = Files.write(file.resolveSibling("other"), new byte[100]);
                Files.move(other, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            }
            case TRUNCATE -> truncate(file, 0);
        }
    }

    private static void truncate(Path file, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
        }
    }

    /// Looks up rows of a table that is too large to be copied, in a file that is cut.
    private static String embedded(HostOptions options, Path file) throws IOException {
        long bytes = (long) TABLE_ROWS * TABLE_COLUMNS * Float.BYTES;
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofShared();
                HostBackend backend = HostBackend.open(options)) {
            var data =
                    channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena).asReadOnly();
            Shape shape = Shape.of(TABLE_ROWS, TABLE_COLUMNS);
            Weight table = backend.weight(new Tensor("table", ElementType.F32, shape, data));
            Activation out = backend.allocate(600, TABLE_COLUMNS);
            int[] tokens = new int[600];
            Arrays.setAll(tokens, i -> TABLE_ROWS - 1 - i);
            backend.embed(table, tokens, 1, out);
            truncate(file, bytes / 2);
            backend.embed(table, tokens, 1, out);
            return "read rows behind the end of the file";
        }
    }
}
