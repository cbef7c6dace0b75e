package dev.lilla.model.family;

import dev.lilla.kernel.Backend;
import dev.lilla.model.Decoder;
import dev.lilla.tensor.Tensor;
import java.nio.file.Path;
import java.util.function.Function;

/// Opens models of every family and source.
public final class ModelLoader {
    private ModelLoader() {}

    /// Loads a Hugging Face directory or a GGUF file into a backend, which the caller closes after the model.
    ///
    /// @throws IllegalArgumentException if there is no model, or an option means nothing to its family
    /// @throws dev.lilla.format.ModelFormatException if a file is broken, or files contradict each other
    /// @throws dev.lilla.format.UnsupportedModelException if the model needs what Lilla lacks
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for it
    public static LoadedModel open(Path path, LoadOptions options, Backend backend) {
        return open(path, options, backend, LoadListener.NONE);
    }

    /// The same, with a listener that is told how far it is.
    public static LoadedModel open(Path path, LoadOptions options, Backend backend, LoadListener listener) {
        return open(ModelDescription.open(path, options), backend, listener);
    }

    /// The same of what was opened before, and is closed with the model, or if it cannot be loaded.
    public static LoadedModel open(ModelDescription description, Backend backend, LoadListener listener) {
        try {
            return new LoadedModel(
                    description, Decoder.create(description.spec(), counted(description, listener), backend));
        } catch (Throwable e) {
            description.close();
            throw e;
        }
    }

    /// Gives out the tensors, each of which is taken before the next is asked for.
    private static Function<String, Tensor> counted(ModelDescription description, LoadListener listener) {
        long total = description.tensors().values().stream()
                .mapToLong(tensor -> tensor.data().byteSize())
                .sum();
        return new Function<>() {
            private long given;

            @Override
            public Tensor apply(String name) {
                Tensor tensor = description.tensor(name);
                // A table that is also the head is taken twice.
                listener.reached(Math.min(given, total), total);
                given += tensor.data().byteSize();
                return tensor;
            }
        };
    }
}
