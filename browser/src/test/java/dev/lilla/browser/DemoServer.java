package dev.lilla.browser;

import dev.lilla.ProjectFolder;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import dev.lilla.generate.SchedulerOptions;
import dev.lilla.hub.HubOptions;
import dev.lilla.serve.LillaServer;
import dev.lilla.serve.host.AdapterChoice;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.HostingOptions;
import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.host.OneModel;
import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.http.HttpOptions;
import dev.lilla.serve.http.OriginPolicy;
import dev.lilla.serve.ollama.ModelLibrary;
import dev.lilla.serve.text.AnswerOptions;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A server of the demo model on a free port.
final class DemoServer implements AutoCloseable {
    static final String NAME = "lilla-demo-s";
    private static final int CACHE_TOKENS = 4096;

    /// A store in which nothing is; the page asks for nothing that is in one.
    private static final ModelLibrary LIBRARY = new ModelLibrary(
            ModelStore.open(Map.of("LILLA_HOME", Path.of("target", "home").toString())), HubOptions.from(Map.of()));

    private final List<HostedModel> models;
    private final LillaServer server;

    private DemoServer(List<HostedModel> models, LillaServer server) {
        this.models = models;
        this.server = server;
    }

    /// Models that are always in memory.
    private record Models(List<HostedModel> all) implements ModelHost {
        @Override
        public List<ModelEntry> entries() {
            return all.stream().map(HostedModel::entry).toList();
        }

        @Override
        public ModelLease lease(ModelEntry entry, AdapterChoice choice) {
            HostedModel asked = all.stream()
                    .filter(model -> model.entry().equals(entry))
                    .findFirst()
                    .orElseThrow();
            return new OneModel(asked).lease(entry, choice);
        }

        @Override
        public List<HostedModel> inMemory() {
            return all;
        }

        @Override
        public void unload(ModelEntry entry) {
            throw new IllegalArgumentException(entry.name() + " stays until the server stops");
        }

        @Override
        public boolean isAlive() {
            return all.stream().allMatch(HostedModel::isAlive);
        }

        @Override
        public void close() {
            all.forEach(HostedModel::close);
        }
    }

    static DemoServer start() throws IOException {
        return start(0, ApiKeys.NONE, SchedulerOptions.defaults(), NAME);
    }

    /// One of another model.
    static DemoServer start(Path model, String name) throws IOException {
        return start(model, 0, ApiKeys.NONE, SchedulerOptions.defaults(), name);
    }

    /// @param port 0 for any that is free
    /// @param names of models, each of which is the demo model
    static DemoServer start(int port, ApiKeys keys, SchedulerOptions scheduler, String... names) throws IOException {
        return start(ProjectFolder.demoModel(), port, keys, scheduler, names);
    }

    private static DemoServer start(Path model, int port, ApiKeys keys, SchedulerOptions scheduler, String... names)
            throws IOException {
        List<HostedModel> models = new ArrayList<>();
        for (String name : names) {
            LocalModel local = LocalModel.open(model, LocalModelOptions.defaults());
            models.add(HostedModel.start(name, local, new HostingOptions(CACHE_TOKENS, scheduler, List.of())));
        }
        Duration time = Duration.ofSeconds(60);
        HttpOptions http = new HttpOptions(
                "127.0.0.1", port, keys, new OriginPolicy(List.of(), List.of()), time, Duration.ofSeconds(1));
        return new DemoServer(
                List.copyOf(models),
                LillaServer.start(http, new Models(List.copyOf(models)), AnswerOptions.defaults(), LIBRARY));
    }

    String address() {
        return server.address();
    }

    int port() {
        return server.port();
    }

    HostedModel model() {
        return models.getFirst();
    }

    @Override
    public void close() {
        server.close();
    }
}
