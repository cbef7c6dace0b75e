package dev.lilla.generate;

import dev.lilla.ByteTokenizer;
import dev.lilla.ExactHost;
import dev.lilla.chat.AnswerListener;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvType;
import dev.lilla.model.Decoder;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import java.nio.file.Path;

/// A model of the oracle, loaded with a cache, for tests that feed it token ids.
final class OpenModel implements AutoCloseable {
    private final Backend backend;
    private final LoadedModel model;
    private final KvBlocks cache;

    OpenModel(Path path) {
        this(path, LoadOptions.DEFAULT);
    }

    OpenModel(Path path, LoadOptions options) {
        this(path, options, ExactHost.options());
    }

    OpenModel(Path path, HostOptions host) {
        this(path, LoadOptions.DEFAULT, host);
    }

    private OpenModel(Path path, LoadOptions options, HostOptions host) {
        backend = HostBackend.open(host);
        model = ModelLoader.open(path, options, backend);
        cache = backend.allocateBlocks(model.decoder().kvLayout(KvType.F32), 64);
    }

    LoadedModel loaded() {
        return model;
    }

    Backend backend() {
        return backend;
    }

    Decoder decoder() {
        return model.decoder();
    }

    KvBlocks cache() {
        return cache;
    }

    Sequence sequence(GenerationRequest request, AnswerListener listener) {
        DecoderSpec spec = decoder().spec();
        return new Sequence(request, new ByteTokenizer(spec.vocab()), cache, spec, listener);
    }

    @Override
    public void close() {
        cache.close();
        model.close();
        backend.close();
    }
}
