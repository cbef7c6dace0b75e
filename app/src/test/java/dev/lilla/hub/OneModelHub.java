package dev.lilla.hub;

import dev.lilla.store.ModelName;
import dev.lilla.store.ModelStore;
import dev.lilla.store.StoredModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A hub that holds the model `me/tiny`, and an empty store to pull it into.
public final class OneModelHub implements AutoCloseable {
    static final String WEIGHTS = "model.safetensors";

    private final Path home;
    private final byte[] weights = new byte[1 << 20];
    private final ModelStore store;
    private final StubHub hub;

    public OneModelHub(Path home) throws IOException {
        this.home = home;
        RandomGeneratorFactory.of("L64X128MixRandom").create(7).nextBytes(weights);
        store = ModelStore.open(home);
        hub = new StubHub()
                .withSmall("config.json", "{\"model_type\":\"llama\"}")
                .withSmall("README.md", "# Tiny")
                .withSmall("notes.txt", "not part of the model")
                .withLarge(WEIGHTS, weights);
    }

    /// What `HF_ENDPOINT` has to be.
    public String address() {
        return hub.address().toString();
    }

    StubHub hub() {
        return hub;
    }

    ModelStore store() {
        return store;
    }

    byte[] weights() {
        return weights;
    }

    StoredModel pull(String name) throws IOException, InterruptedException {
        return pull(name, null);
    }

    StoredModel pull(String name, @Nullable String token) throws IOException, InterruptedException {
        HubOptions options = new HubOptions(hub.address(), token, Duration.ofMillis(700), 3, Duration.ofMillis(1));
        return new Pull(store, options, TransferProgress.SILENT).pull(ModelName.parse(name), "main");
    }

    /// What is left of downloads.
    List<Path> partials() throws IOException {
        try (Stream<Path> files = Files.walk(home.resolve("downloads"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Override
    public void close() {
        hub.close();
    }
}
