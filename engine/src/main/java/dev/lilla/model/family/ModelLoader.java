package dev.lilla.model.family;

import dev.lilla.kernel.Backend;
import dev.lilla.model.Decoder;
import java.nio.file.Path;

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
        ModelDescription description = ModelDescription.open(path, options);
        try {
            return new LoadedModel(description, Decoder.create(description.spec(), description::tensor, backend));
        } catch (Throwable e) {
            description.close();
            throw e;
        }
    }
}
