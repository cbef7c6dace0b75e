package dev.lilla.cli;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.serve.host.ModelSource;
import dev.lilla.store.ModelStore;
import dev.lilla.store.StoredModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The models that a server can load: those named, and those of the store as it is at the moment. Safe for use by
/// several threads.
final class ServedModels implements Supplier<List<ModelSource>> {
    private final Console console;
    private final List<ModelSource> named;
    private final @Nullable ModelStore store;
    private final ServedModelFile.ServedTerms terms;
    /// What was read of files before, or that they can't be read; guarded by this.
    private final Map<Path, Described> described = new HashMap<>();

    /// @param source null if the model can't be used
    private record Described(FileTime written, @Nullable ModelSource source) {}

    /// @param store null if only named models are offered
    /// @param terms of the models in the store
    ServedModels(
            Console console, List<ModelSource> named, @Nullable ModelStore store, ServedModelFile.ServedTerms terms) {
        this.console = console;
        this.named = List.copyOf(named);
        this.store = store;
        this.terms = terms;
    }

    @Override
    public synchronized List<ModelSource> get() {
        if (store == null) {
            return named;
        }
        List<ModelSource> all = new ArrayList<>(named);
        try {
            for (StoredModel model : store.list()) {
                ModelSource source = source(model);
                if (source != null && all.stream().noneMatch(other -> isSame(other, source))) {
                    all.add(source);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the store can't be read", e);
        }
        return all;
    }

    private static boolean isSame(ModelSource one, ModelSource other) {
        return one.entry().name().equalsIgnoreCase(other.entry().name());
    }

    private @Nullable ModelSource source(StoredModel model) throws IOException {
        Path path = model.path();
        if (!Files.exists(path)) {
            return null;
        }
        FileTime written = Files.getLastModifiedTime(path);
        Described known = described.get(path);
        if (known == null || !known.written().equals(written)) {
            known = new Described(written, describe(model));
            described.put(path, known);
        }
        return known.source();
    }

    private @Nullable ModelSource describe(StoredModel model) throws IOException {
        try {
            return ServedModelFile.describe(console, model.name().toString(), model.path(), false, terms);
        } catch (ModelFormatException | UnsupportedModelException | IllegalArgumentException | UncheckedIOException e) {
            console.warn(model.name() + " is left out: " + e.getMessage());
            return null;
        }
    }
}
