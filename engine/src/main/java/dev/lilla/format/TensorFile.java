package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// A file being written: a head, and tensors at places known from the start. Lives under a temporary name until it
/// is finished.
final class TensorFile implements AutoCloseable {
    /// What goes to the channel at once: the JDK copies heap memory into a buffer of this size.
    private static final int PIECE_BYTES = 8 << 20;

    private static final String PARTIAL_SUFFIX = ".partial";

    /// A tensor's place.
    private record Place(TensorDescription description, long offset, AtomicLong written) {}

    private final Path path;
    private final Path partial;
    private final FileChannel channel;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private boolean finished;

    /// Creates the file, in a folder that is made if it is missing, with its head, which zeros fill up to `dataStart`;
    /// the tensors follow in order, each at a multiple of `alignment` from `dataStart`, the gaps filled with zeros.
    TensorFile(Path path, byte[] head, List<TensorDescription> tensors, long alignment) {
        this.path = path;
        this.partial = path.resolveSibling(path.getFileName() + PARTIAL_SUFFIX);
        try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            this.channel = FileChannel.open(
                    partial, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw failed(e);
        }
        try {
            layOut(head, tensors, alignment);
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private void layOut(byte[] head, List<TensorDescription> tensors, long alignment) {
        put(0, MemorySegment.ofArray(head));
        long end = head.length;
        long dataStart = GgufHeader.alignUp(end, alignment);
        for (TensorDescription tensor : tensors) {
            long offset = dataStart + GgufHeader.alignUp(Math.max(0, end - dataStart), alignment);
            putZeros(end, offset);
            places.put(tensor.name(), new Place(tensor, offset, new AtomicLong()));
            end = offset + tensor.bytes();
        }
        putZeros(end, dataStart + GgufHeader.alignUp(Math.max(0, end - dataStart), alignment));
    }

    boolean contains(String tensor) {
        return places.containsKey(tensor);
    }

    void append(String tensor, MemorySegment part) {
        Place place = place(tensor);
        long start = place.written.getAndAdd(part.byteSize());
        if (part.byteSize() > place.description.bytes() - start) {
            throw new IllegalArgumentException(path + ": tensor " + tensor + " takes " + place.description.bytes()
                    + " bytes, but was given " + (start + part.byteSize()));
        }
        put(place.offset + start, part);
    }

    void write(Tensor tensor) {
        Place place = place(tensor.name());
        if (!place.description.equals(TensorDescription.of(tensor))) {
            throw new IllegalArgumentException(
                    path + ": " + TensorDescription.of(tensor) + " is not what was described: " + place.description);
        }
        append(tensor.name(), tensor.data());
    }

    void finish() {
        for (Place place : places.values()) {
            if (place.written.get() != place.description.bytes()) {
                throw new IllegalStateException(path + ": tensor " + place.description.name() + " got " + place.written
                        + " of its " + place.description.bytes() + " bytes");
            }
        }
        try {
            channel.force(true);
            channel.close();
            Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            finished = true;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        if (finished) {
            return;
        }
        try {
            channel.close();
            Files.deleteIfExists(partial);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private Place place(String tensor) {
        Place place = places.get(tensor);
        if (place == null) {
            throw new IllegalArgumentException(path + ": tensor " + tensor + " was not described");
        }
        return place;
    }

    private void putZeros(long from, long to) {
        MemorySegment zeros = MemorySegment.ofArray(new byte[Math.clamp(to - from, 0, PIECE_BYTES)]);
        for (long offset = from; offset < to; offset += zeros.byteSize()) {
            put(offset, zeros.asSlice(0, Math.min(zeros.byteSize(), to - offset)));
        }
    }

    private void put(long offset, MemorySegment bytes) {
        try {
            for (long done = 0; done < bytes.byteSize(); ) {
                ByteBuffer piece = bytes.asSlice(done, Math.min(PIECE_BYTES, bytes.byteSize() - done))
                        .asByteBuffer();
                done += channel.write(piece, offset + done);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private UncheckedIOException failed(IOException e) {
        return new UncheckedIOException(path + ": cannot be written: " + e.getMessage(), e);
    }
}
