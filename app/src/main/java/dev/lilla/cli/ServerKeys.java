package dev.lilla.cli;

import dev.lilla.serve.http.ApiKeys;
import dev.lilla.serve.keys.KeyStore;
import dev.lilla.serve.keys.KeyTerms;
import dev.lilla.serve.keys.StoredKeys;
import dev.lilla.store.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The keys of a server that is started: those given to it, and those of `server.db` where others can reach it.
///
/// @param stored closed with this; null where the database is not asked
record ServerKeys(ApiKeys keys, @Nullable StoredKeys stored) implements AutoCloseable {
    /// The name of the key that is made where there is none.
    private static final String FIRST = "first";

    /// @param given on the command line or in the environment
    /// @param isOpen whether others can reach the server
    /// @param isKeyWanted whether the user asks for keys though nobody else can
    static ServerKeys open(Console console, List<String> given, boolean isOpen, boolean isKeyWanted) {
        ApiKeys named = ApiKeys.of(given);
        Path file = KeyStore.fileIn(ModelStore.open(console.environment()).home());
        boolean isAsked = isKeyWanted || (isOpen && (given.isEmpty() || Files.exists(file)));
        if (!isAsked) {
            return new ServerKeys(named, null);
        }
        KeyStore store = KeyStore.open(file);
        try {
            boolean hasNone =
                    store.list().stream().noneMatch(key -> key.revoked().isEmpty());
            if (hasNone && given.isEmpty()) {
                String key = store.create(KeyTerms.unbounded(FIRST));
                console.err().println("lilla: made the API key \"" + FIRST + "\", shown this once: " + key);
                console.err().println("lilla: \"lilla keys\" lists, makes and revokes keys");
            }
            StoredKeys stored = StoredKeys.open(store);
            return new ServerKeys(ApiKeys.all(List.of(named, stored)), stored);
        } catch (Throwable e) {
            store.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (stored != null) {
            stored.close();
        }
    }
}
