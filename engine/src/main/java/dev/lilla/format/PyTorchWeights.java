package dev.lilla.format;

import dev.lilla.format.PickleValue.Dictionary;
import dev.lilla.format.PickleValue.View;
import dev.lilla.tensor.Shape;
import dev.lilla.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// A PyTorch checkpoint: a zip file with a pickle that says where which tensor lies, or several with an index.
/// The data is mapped from the zip file in place; the pickle is read by [StateDictUnpickler], which executes nothing.
///
/// Source: `torch/serialization.py`; files of PyTorch before 1.6 have another format, which is refused.
public final class PyTorchWeights implements Checkpoint {
    private static final String PICKLE_NAME = "data.pkl";
    private static final String BYTE_ORDER_NAME = "byteorder";
    private static final byte PICKLE_START = (byte) 0x80;

    private final Path path;
    private final FileMapping mapping;
    private final Map<String, Tensor> tensors;

    private PyTorchWeights(Path path, FileMapping mapping, Map<String, Tensor> tensors) {
        this.path = path;
        this.mapping = mapping;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /// Opens a `.bin` file or an index (`*.index.json`).
    ///
    /// @throws IllegalArgumentException if there is no such file
    /// @throws ModelFormatException if a file is broken or missing
    /// @throws UnsupportedModelException if the pickle asks for more than tensors and ordered dictionaries, a
    ///     tensor is not contiguous, or the file is of PyTorch before 1.6
    public static PyTorchWeights open(Path path) {
        FileMapping mapping = new FileMapping();
        try {
            return path.toString().endsWith(".json") ? openSharded(path, mapping) : parse(mapping.map(path), mapping);
        } catch (Throwable e) {
            mapping.close();
            throw e;
        }
    }

    private static PyTorchWeights openSharded(Path path, FileMapping mapping) {
        WeightIndex index = WeightIndex.read(path);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Path shard : index.shards()) {
            index.addShard(shard, parse(mapping.map(shard), mapping).tensors, tensors);
        }
        index.requireAll(tensors.keySet());
        return new PyTorchWeights(path, mapping, tensors);
    }

    /// Reads a file that is in memory already; the checkpoint closes `mapping`.
    static PyTorchWeights parse(MappedFile file, FileMapping mapping) {
        if (file.slice(0, 1, "the file").get(ValueLayout.JAVA_BYTE, 0) == PICKLE_START) {
            throw new UnsupportedModelException(file.path() + ": is a bare pickle as PyTorch wrote before version 1.6,"
                    + " which is not supported. Supported: the zip format. Load it with a newer PyTorch"
                    + " (torch.load with weights_only=True) and save it again, best as safetensors.");
        }
        ZipDirectory zip = ZipDirectory.read(file);
        String pickle = zip.findNameEndingWith("/" + PICKLE_NAME)
                .orElseThrow(() -> new ModelFormatException(file.path() + ": is a zip file without " + PICKLE_NAME
                        + ", so no PyTorch checkpoint. Check that it is the file you mean."));
        String root = pickle.substring(0, pickle.length() - PICKLE_NAME.length());
        requireLittleEndian(file, zip, root);
        PickleValue value = StateDictUnpickler.read(
                file, zip.offset(pickle), zip.bytes(pickle).byteSize());
        if (!(value instanceof Dictionary(Map<String, PickleValue> entries))) {
            throw new UnsupportedModelException(file.path() + ": holds " + value.kind()
                    + ", expected a dictionary of tensors. Save model.state_dict() instead.");
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        entries.forEach((name, entry) -> tensors.put(name, tensor(file, zip, root, name, entry)));
        return new PyTorchWeights(file.path(), mapping, tensors);
    }

    private static void requireLittleEndian(MappedFile file, ZipDirectory zip, String root) {
        String name = root + BYTE_ORDER_NAME;
        if (zip.contains(name)) {
            byte[] order = zip.bytes(name).toArray(ValueLayout.JAVA_BYTE);
            if (order.length == 0 || order[0] != 'l') {
                throw new UnsupportedModelException(file.path() + ": entry " + name + " does not say little, and"
                        + " other byte orders are not supported. Save it again on an ordinary machine.");
            }
        }
    }

    private static Tensor tensor(MappedFile file, ZipDirectory zip, String root, String name, PickleValue value) {
        if (!(value instanceof View view)) {
            throw new UnsupportedModelException(file.path() + ": " + name + " is " + value.kind()
                    + ", expected a tensor. This looks like a training checkpoint: save model.state_dict() instead.");
        }
        Shape shape;
        long bytes;
        long elementBytes = view.storage().type().blockBytes();
        try {
            shape = new Shape(view.shape());
            bytes = view.storage().type().byteSize(shape.elements());
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new ModelFormatException(
                    file.path() + ": tensor " + name + " has the impossible shape " + view.shape()
                            + ". Download the file again.",
                    e);
        }
        requireContiguous(file, name, view);
        String entry = root + "data/" + view.storage().key();
        MemorySegment storage = zip.bytes(entry);
        if (storage.byteSize() / elementBytes < view.storage().elements()) {
            throw file.broken(
                    zip.offset(entry),
                    "entry " + entry + " has " + storage.byteSize() + " bytes, expected "
                            + view.storage().elements() + " elements of type "
                            + view.storage().type());
        }
        if (view.offset() < 0
                || shape.elements() > view.storage().elements()
                || view.offset() > view.storage().elements() - shape.elements()) {
            throw file.broken(
                    zip.offset(entry),
                    "tensor " + name + " of shape " + shape + " begins at element " + view.offset() + " of entry "
                            + entry + ", which has only " + view.storage().elements());
        }
        return new Tensor(name, view.storage().type(), shape, storage.asSlice(view.offset() * elementBytes, bytes));
    }

    /// Strides must be those of a row-major tensor; that of a dimension of 1 does not matter.
    private static void requireContiguous(MappedFile file, String name, View view) {
        long expected = 1;
        boolean matches = view.strides().size() == view.shape().size();
        for (int i = view.shape().size() - 1; i >= 0 && matches; i--) {
            matches = view.shape().get(i) <= 1 || view.strides().get(i) == expected;
            expected *= view.shape().get(i);
        }
        if (!matches && !view.shape().contains(0L)) {
            throw new UnsupportedModelException(file.path() + ": tensor " + name + " of shape " + view.shape()
                    + " has strides " + view.strides() + ", so its rows are not stored one after another, which is not"
                    + " supported yet. Save it again after calling contiguous() on it.");
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        mapping.close();
    }
}
