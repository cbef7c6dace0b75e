package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A safetensors checkpoint: one file, or several with an index, mapped.
///
/// Source: <https://huggingface.co/docs/safetensors>.
public final class Safetensors implements Checkpoint {
    private static final String INDEX_NAME = "model.safetensors.index.json";
    private static final String FILE_NAME = "model.safetensors";

    private final Path path;
    private final FileMapping mapping;
    private final Map<String, Tensor> tensors;
    private final Map<String, String> metadata;

    private Safetensors(Path path, FileMapping mapping, Map<String, Tensor> tensors, Map<String, String> metadata) {
        this.path = path;
        this.mapping = mapping;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /// Opens a safetensors file, an index (`*.index.json`), or a directory that holds `model.safetensors.index.json`
    /// or `model.safetensors`.
    ///
    /// @throws IllegalArgumentException if there is nothing to open
    /// @throws ModelFormatException if a file is broken or missing
    /// @throws UnsupportedModelException if a tensor has an element type that Lilla lacks
    public static Safetensors open(Path path) {
        Path file = Files.isDirectory(path) ? fileIn(path) : path;
        FileMapping mapping = new FileMapping();
        try {
            return file.toString().endsWith(".json") ? openSharded(file, mapping) : openSingle(file, mapping);
        } catch (Throwable e) {
            mapping.close();
            throw e;
        }
    }

    private static Path fileIn(Path directory) {
        for (String name : new String[] {INDEX_NAME, FILE_NAME}) {
            if (Files.exists(directory.resolve(name))) {
                return directory.resolve(name);
            }
        }
        throw new IllegalArgumentException(directory + ": holds neither " + INDEX_NAME + " nor " + FILE_NAME
                + ". Name the file to open, or download the checkpoint again.");
    }

    private static Safetensors openSingle(Path path, FileMapping mapping) {
        return parse(mapping.map(path), mapping);
    }

    /// Reads a file that is in memory already; the checkpoint closes `mapping`.
    static Safetensors parse(MappedFile file, FileMapping mapping) {
        SafetensorsHeader header = SafetensorsHeader.read(file);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries().values()) {
            tensors.put(entry.name(), tensor(file, header.dataStart(), entry));
        }
        return new Safetensors(file.path(), mapping, tensors, header.metadata());
    }

    private static Tensor tensor(MappedFile file, long dataStart, SafetensorsHeader.Entry entry) {
        return new Tensor(
                entry.name(),
                entry.type(),
                entry.shape(),
                file.slice(dataStart + entry.begin(), entry.end() - entry.begin(), "tensor " + entry.name()));
    }

    private static Safetensors openSharded(Path path, FileMapping mapping) {
        WeightIndex index = WeightIndex.read(path);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Path shard : index.shards()) {
            Safetensors part = openSingle(shard, mapping);
            index.addShard(shard, part.tensors, tensors);
            part.metadata.forEach(metadata::putIfAbsent);
        }
        index.requireAll(tensors.keySet());
        return new Safetensors(path, mapping, tensors, metadata);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /// The free text of `__metadata__`, such as `format: pt`; of a sharded checkpoint the union, the first file wins.
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() {
        mapping.close();
    }
}
