package dev.lilla.model.family;

import dev.lilla.model.Decoder;
import dev.lilla.model.DecoderSpec;
import java.util.List;

/// A model that can compute: its description, its files and the decoder on a backend.
///
/// The decoder's weights may be views on the files, so it is used only until [#close]. The backend stays its owner's.
public final class LoadedModel implements AutoCloseable {
    private final ModelDescription description;
    private final Decoder decoder;

    LoadedModel(ModelDescription description, Decoder decoder) {
        this.description = description;
        this.decoder = decoder;
    }

    public ModelDescription description() {
        return description;
    }

    public Decoder decoder() {
        return decoder;
    }

    public DecoderSpec spec() {
        return description.spec();
    }

    public Family family() {
        return description.family();
    }

    /// What the user should know about the files.
    public List<String> warnings() {
        return description.warnings();
    }

    @Override
    public void close() {
        description.close();
    }
}
