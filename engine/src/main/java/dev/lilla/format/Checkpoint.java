package dev.lilla.format;

import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;

/// The named tensors of a model as its files hold them.
///
/// The data of all tensors is mapped, not read, and stays valid until [#close]; after that every access to it
/// throws an [IllegalStateException].
public sealed interface Checkpoint extends AutoCloseable permits Gguf, PyTorchWeights, Safetensors {

    /// The file or index that was opened.
    Path path();

    /// All tensors by name, in the order of the file, unmodifiable.
    Map<String, Tensor> tensors();

    default boolean contains(String name) {
        return tensors().containsKey(name);
    }

    /// The tensor of that name.
    ///
    /// @throws ModelFormatException if there is none; it names the file and similar tensors
    default Tensor tensor(String name) {
        Tensor tensor = tensors().get(name);
        if (tensor == null) {
            throw MissingTensor.in(this, name);
        }
        return tensor;
    }

    /// Unmaps the files. Closing again does nothing.
    @Override
    void close();
}
