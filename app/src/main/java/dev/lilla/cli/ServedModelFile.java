package dev.lilla.cli;

import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.HostingOptions;
import dev.lilla.serve.host.ModelDetails;
import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelSource;
import dev.lilla.serve.host.NamedAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A model on this machine that a server can load.
///
/// @param entry what its files say before it is loaded
record ServedModelFile(
        Console console, Path path, ModelEntry entry, long memoryBytes, boolean isPinned, ServedTerms terms)
        implements ModelSource {
    /// Contexts that the cache has room for if nothing else is said.
    private static final int CONTEXTS = 4;

    /// How it is opened and hosted.
    ///
    /// @param cacheTokens of all its texts; null for four contexts
    record ServedTerms(
            LocalModelOptions options,
            SchedulerOptions scheduler,
            @Nullable Long cacheTokens,
            List<ServedAdapter> adapters) {
        ServedTerms {
            adapters = List.copyOf(adapters);
        }

        long cacheTokens(int contextTokens) {
            return cacheTokens == null ? (long) CONTEXTS * contextTokens : cacheTokens;
        }
    }

    /// Reads the headers of a model's files.
    ///
    /// @param name what clients call it
    static ServedModelFile describe(Console console, String name, Path path, boolean isPinned, ServedTerms terms)
            throws IOException {
        try (ModelDescription description =
                ModelDescription.open(path, terms.options().load())) {
            int context = description.spec().contextLength();
            long cacheTokens = terms.cacheTokens(context);
            ModelEntry entry = new ModelEntry(
                    name,
                    Files.getLastModifiedTime(path).toInstant(),
                    description.parameters(),
                    description.weightBytes(),
                    (int) Math.min(context, cacheTokens),
                    description.spec().vocab(),
                    ModelDetails.of(description));
            long cacheBytes = description.cacheBytes(terms.options().kvType(), cacheTokens);
            return new ServedModelFile(console, path, entry, description.weightBytes() + cacheBytes, isPinned, terms);
        }
    }

    @Override
    public HostedModel load() throws IOException {
        LocalModel local;
        try (LoadingLine line = new LoadingLine(console, entry.name())) {
            local = LocalModel.open(path, terms.options(), line);
        }
        List<NamedAdapter> adapters = new ArrayList<>();
        try {
            local.model().warnings().forEach(console::warn);
            for (ServedAdapter adapter : terms.adapters()) {
                adapters.add(adapter.open(local));
            }
            long cacheTokens = terms.cacheTokens(local.decoder().spec().contextLength());
            return HostedModel.start(entry.name(), local, new HostingOptions(cacheTokens, terms.scheduler(), adapters));
        } catch (Throwable e) {
            adapters.forEach(adapter -> adapter.adapter().close());
            local.close();
            throw e;
        }
    }
}
