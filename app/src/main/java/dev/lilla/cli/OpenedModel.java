package dev.lilla.cli;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.ModelLoader;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;

/// A model that a command computes with, and the backend it computes on.
final class OpenedModel implements AutoCloseable {
    private final Backend backend;
    private final LoadedModel model;

    private OpenedModel(Backend backend, LoadedModel model) {
        this.backend = backend;
        this.model = model;
    }

    /// Opens what the user named, and passes on what the loader has to say about it.
    static OpenedModel open(Console console, String name, LoadOptions load, HostMixin host) throws IOException {
        Path path = ModelStore.open(console.environment()).resolve(name);
        Backend backend = host.open();
        try (LoadingLine line = new LoadingLine(console, path.getFileName().toString())) {
            LoadedModel model = ModelLoader.open(path, load, backend, line);
            model.warnings().forEach(console::warn);
            return new OpenedModel(backend, model);
        } catch (Throwable e) {
            backend.close();
            throw e;
        }
    }

    ModelDescription description() {
        return model.description();
    }

    Decoder decoder() {
        return model.decoder();
    }

    Backend backend() {
        return backend;
    }

    /// A cache with room for `tokens` tokens.
    KvBlocks cache(KvType type, int tokens) {
        return backend.allocateBlocks(decoder().kvLayout(type), Math.ceilDiv(tokens, KvLayout.BLOCK_TOKENS));
    }

    @Override
    public void close() {
        model.close();
        backend.close();
    }
}
