package dev.lilla.cli;

import dev.lilla.evaluate.run.LocalSubject;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.LoraAdapter;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;

/// How the models of an evaluation compute.
final class SubjectMixin {
    @Mixin
    private final ContextMixin context = new ContextMixin();

    @Mixin
    private final CacheMixin cache = new CacheMixin();

    @Mixin
    private final LoadMixin load = new LoadMixin();

    @Mixin
    private final HostMixin host = new HostMixin();

    /// Says before the first model is evaluated if the last one is not there.
    @SuppressWarnings("CheckReturnValue") // resolved again when it is opened
    void requireFiles(Console console, String text) throws IOException {
        ModelStore store = ModelStore.open(console.environment());
        int plus = text.lastIndexOf('+');
        if (plus > 0 && !Files.exists(Path.of(text))) {
            store.resolve(text.substring(0, plus));
            store.resolve(text.substring(plus + 1));
        } else {
            store.resolve(text);
        }
    }

    /// Opens `MODEL` or `MODEL+ADAPTER`.
    ///
    /// @param parallel the most texts side by side
    LocalSubject open(Console console, String text, int parallel) throws IOException {
        int plus = text.lastIndexOf('+');
        boolean hasAdapter = plus > 0 && !Files.exists(Path.of(text));
        LocalModelOptions options = new LocalModelOptions(context.limit(load.options()), cache.type(), host.options());
        LocalModel model = model(console, hasAdapter ? text.substring(0, plus) : text, options);
        try {
            Path path = model.model().description().path();
            String name = String.valueOf(path.getFileName());
            if (!hasAdapter) {
                return new LocalSubject(name, model, options, List.of(), parallel);
            }
            Path adapter = ModelStore.open(console.environment()).resolve(text.substring(plus + 1));
            LoraAdapter opened = LoraAdapter.open(adapter, model.model().description(), model.backend());
            return new LocalSubject(
                    name + "+" + adapter.getFileName(),
                    model,
                    options,
                    List.of(new ActiveAdapter(opened, 1)),
                    parallel);
        } catch (Throwable e) {
            model.close();
            throw e;
        }
    }

    /// Opens a model, such as a judge.
    LocalModel model(Console console, String name) throws IOException {
        return model(console, name, new LocalModelOptions(context.limit(load.options()), cache.type(), host.options()));
    }

    private static LocalModel model(Console console, String name, LocalModelOptions options) throws IOException {
        Path path = ModelStore.open(console.environment()).resolve(name);
        LocalModel opened;
        try (LoadingLine line = new LoadingLine(console, String.valueOf(path.getFileName()))) {
            opened = LocalModel.open(path, options, line);
        }
        opened.model().warnings().forEach(console::warn);
        return opened;
    }
}
