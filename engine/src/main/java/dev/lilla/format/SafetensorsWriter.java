package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// Writes safetensors: one file, or several of limited size with an index.
public final class SafetensorsWriter implements CheckpointWriter {
    private static final String INDEX_NAME = "model.safetensors.index.json";
    private static final byte PADDING = ' ';

    private final List<TensorFile> files;
    private final Runnable writeIndex;

    private SafetensorsWriter(List<TensorFile> files, Runnable writeIndex) {
        this.files = files;
        this.writeIndex = writeIndex;
    }

    /// Begins a single file. An existing one of that name stays until [#finish].
    ///
    /// @param metadata the free text of `__metadata__`, left out if empty
    /// @param tensors in the order of the file
    /// @throws IllegalArgumentException if a name occurs twice or a tensor is quantized
    public static SafetensorsWriter create(Path path, Map<String, String> metadata, List<TensorDescription> tensors) {
        GgufWriter.requireDistinct(tensors);
        return new SafetensorsWriter(List.of(file(path, metadata, tensors)), () -> {});
    }

    /// Begins files `model-00001-of-0000N.safetensors` in a directory, of at most `shardBytesMax` data each unless a
    /// single tensor is larger, and their index.
    ///
    /// @throws IllegalArgumentException if a name occurs twice or a tensor is quantized
    public static SafetensorsWriter createSharded(
            Path directory, Map<String, String> metadata, List<TensorDescription> tensors, long shardBytesMax) {
        GgufWriter.requireDistinct(tensors);
        List<List<TensorDescription>> shards = split(tensors, shardBytesMax);
        List<TensorFile> files = new ArrayList<>();
        Map<String, String> shardOfTensor = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            try {
                files.add(file(directory.resolve(name), metadata, shards.get(i)));
            } catch (Throwable e) {
                files.forEach(TensorFile::close);
                throw e;
            }
            shards.get(i).forEach(tensor -> shardOfTensor.put(tensor.name(), name));
        }
        long totalBytes = tensors.stream().mapToLong(TensorDescription::bytes).sum();
        return new SafetensorsWriter(files, () -> writeIndex(directory, shardOfTensor, totalBytes));
    }

    /// Writes a whole model into one file.
    public static void write(Path path, Map<String, String> metadata, Collection<Tensor> tensors) {
        try (SafetensorsWriter writer = create(
                path, metadata, tensors.stream().map(TensorDescription::of).toList())) {
            tensors.forEach(writer::write);
            writer.finish();
        }
    }

    private static List<List<TensorDescription>> split(List<TensorDescription> tensors, long shardBytesMax) {
        List<List<TensorDescription>> shards = new ArrayList<>();
        List<TensorDescription> shard = new ArrayList<>();
        long bytes = 0;
        for (TensorDescription tensor : tensors) {
            if (!shard.isEmpty() && bytes + tensor.bytes() > shardBytesMax) {
                shards.add(shard);
                shard = new ArrayList<>();
                bytes = 0;
            }
            shard.add(tensor);
            bytes += tensor.bytes();
        }
        shards.add(shard);
        return shards;
    }

    private static TensorFile file(Path path, Map<String, String> metadata, List<TensorDescription> tensors) {
        return new TensorFile(path, head(metadata, tensors), tensors, 1);
    }

    /// The header length, and the header padded with spaces to a multiple of 8, as the reference writes it.
    private static byte[] head(Map<String, String> metadata, List<TensorDescription> tensors) {
        ObjectNode header = JsonFiles.MAPPER.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode free = header.putObject(SafetensorsHeader.METADATA);
            metadata.forEach(free::put);
        }
        long offset = 0;
        for (TensorDescription tensor : tensors) {
            if (!SafetensorsType.holds(tensor.type())) {
                throw new IllegalArgumentException("tensor " + tensor.name() + " has type " + tensor.type()
                        + ", which safetensors cannot hold. It holds: " + SafetensorsType.names());
            }
            ObjectNode entry =
                    header.putObject(tensor.name()).put("dtype", tensor.type().name());
            tensor.shape().dimensions().forEach(entry.withArray("shape")::add);
            entry.putArray("data_offsets").add(offset).add(offset + tensor.bytes());
            offset += tensor.bytes();
        }
        byte[] json = JsonFiles.MAPPER.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, (int) GgufHeader.alignUp(json.length, Long.BYTES));
        Arrays.fill(padded, json.length, padded.length, PADDING);
        return ByteBuffer.allocate(Long.BYTES + padded.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .put(padded)
                .array();
    }

    private static void writeIndex(Path directory, Map<String, String> shardOfTensor, long totalBytes) {
        ObjectNode index = JsonFiles.MAPPER.createObjectNode();
        index.putObject("metadata").put("total_size", totalBytes);
        ObjectNode map = index.putObject("weight_map");
        shardOfTensor.forEach(map::put);
        JsonFiles.write(directory.resolve(INDEX_NAME), index);
    }

    private TensorFile fileOf(String tensor) {
        return files.stream()
                .filter(file -> file.contains(tensor))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("tensor " + tensor + " was not described"));
    }

    @Override
    public void append(String tensor, MemorySegment part) {
        fileOf(tensor).append(tensor, part);
    }

    @Override
    public void write(Tensor tensor) {
        fileOf(tensor.name()).write(tensor);
    }

    @Override
    public void finish() {
        files.forEach(TensorFile::finish);
        writeIndex.run();
    }

    @Override
    public void close() {
        files.forEach(TensorFile::close);
    }
}
