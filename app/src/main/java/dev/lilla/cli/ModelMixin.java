package dev.lilla.cli;

import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.kernel.KvType;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;

/// Which model, what its files do not say of it, and how to compute with it.
final class ModelMixin {
    @Mixin
    private final ModelArgument model = new ModelArgument();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    /// Opens the model for texts as long as it was made for.
    LocalModel open(Console console, KvType kvType) throws IOException {
        return open(console, options(kvType));
    }

    LocalModel open(Console console, ContextMixin context, KvType kvType) throws IOException {
        return open(console, options(context, kvType));
    }

    LocalModelOptions options(ContextMixin context, KvType kvType) {
        LocalModelOptions options = options(kvType);
        return options.withLoad(context.limit(options.load()));
    }

    /// For texts as long as the model was made for.
    LocalModelOptions options(KvType kvType) {
        return new LocalModelOptions(load.options(), kvType, host.options());
    }

    /// What a server calls the model: its name in the store, or that of its file.
    String name() {
        return model.name();
    }

    /// Opens the model, and passes on what the loader has to say about it.
    LocalModel open(Console console, LocalModelOptions options) throws IOException {
        Path path = model.path(console);
        LocalModel opened;
        try (LoadingLine line = new LoadingLine(console, path.getFileName().toString())) {
            opened = LocalModel.open(path, options, line);
        }
        opened.model().warnings().forEach(console::warn);
        return opened;
    }
}
