package dev.lilla.hub;

import dev.lilla.store.FileChoice;
import dev.lilla.store.FileDigest;
import dev.lilla.store.ModelName;
import dev.lilla.store.ModelStore;
import dev.lilla.store.RelativePaths;
import dev.lilla.store.StoredFile;
import dev.lilla.store.StoredModel;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Brings a model from a hub into the store.
///
/// Files arrive in the store's `downloads` under the names of their contents, where an interrupted pull goes on. When
/// all of them are complete and their checksums hold, they become a model, at once.
public final class Pull {
    /// An index takes about 100 bytes for each tensor.
    private static final int INDEX_BYTES_MAX = 64 << 20;

    private final ModelStore store;
    private final HubOptions options;
    private final TransferProgress progress;

    public Pull(ModelStore store, HubOptions options, TransferProgress progress) {
        this.store = store;
        this.options = options;
        this.progress = progress;
    }

    /// Gets the model, or whatever of it is missing or has changed.
    ///
    /// @param name with an owner; the file chooses among several
    /// @param revision a branch, tag or commit
    /// @throws HubException if it cannot be had, or cannot be trusted
    /// @throws IllegalArgumentException if the name does not tell which of several models is meant
    /// @throws InterruptedException if the thread was interrupted; what has arrived is kept for the next time
    public StoredModel pull(ModelName name, String revision) throws IOException, InterruptedException {
        ModelName repository = name.repository();
        try (HubClient client = new HubClient(options)) {
            Map<String, HubFile> offered = new LinkedHashMap<>();
            client.list(repository, revision).forEach(file -> offered.put(file.path(), file));
            List<HubFile> wanted = chosen(name, offered);
            Path downloads = store.downloads(repository);
            Files.createDirectories(downloads);
            List<HubFile> missing = missing(repository, wanted);
            checkSpace(downloads, missing);
            Download download = new Download(client, repository, progress);
            for (HubFile file : missing) {
                download.fetch(file, client.address(repository, revision, file.path()), partial(downloads, file));
            }
            if (!missing.isEmpty()) {
                commit(repository, missing, downloads, offered);
            }
            return store.owner(repository, wanted.getFirst().path());
        }
    }

    /// What the store does not have yet. Only large files have a digest to compare; the others are small.
    private List<HubFile> missing(ModelName repository, List<HubFile> wanted) throws IOException {
        Map<String, StoredFile> stored = store.files(repository);
        return wanted.stream()
                .filter(file -> {
                    StoredFile present = stored.get(file.path());
                    return present == null || !present.sha256().equals(file.sha256());
                })
                .toList();
    }

    private static List<HubFile> chosen(ModelName name, Map<String, HubFile> offered) {
        try {
            return FileChoice.among(List.copyOf(offered.keySet()), name.file()).files().stream()
                    .map(path -> Objects.requireNonNull(offered.get(path)))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name.repository() + ": " + e.getMessage(), e);
        }
    }

    private static void checkSpace(Path downloads, List<HubFile> wanted) throws IOException {
        long needed = 0;
        for (HubFile file : wanted) {
            Path partial = partial(downloads, file);
            needed += file.bytes() - (Files.exists(partial) ? Files.size(partial) : 0);
        }
        FileStore disk = Files.getFileStore(downloads);
        if (disk.getUsableSpace() < needed) {
            throw new HubException("the download needs " + needed + " bytes, but the disk of " + downloads + " has "
                    + disk.getUsableSpace() + " free. Make room, or set LILLA_HOME to a folder on another disk");
        }
    }

    private static Path partial(Path downloads, HubFile file) {
        return downloads.resolve(
                file.contentId() + "-" + Integer.toHexString(file.path().hashCode()) + ".part");
    }

    private void commit(ModelName repository, List<HubFile> arrived, Path downloads, Map<String, HubFile> offered)
            throws IOException {
        List<StoredFile> stored = new ArrayList<>();
        for (HubFile file : arrived) {
            Path partial = partial(downloads, file);
            if (file.path().endsWith(".index.json")) {
                checkIndex(file, partial, offered);
            }
            String sha256 = file.sha256() == null ? FileDigest.sha256(partial, _ -> {}) : file.sha256();
            stored.add(new StoredFile(file.path(), Files.size(partial), sha256));
        }
        Path staging = store.staging();
        try {
            for (HubFile file : arrived) {
                Path target = RelativePaths.inside(staging, file.path());
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.move(partial(downloads, file), target);
            }
            store.commit(repository, staging, stored, options.endpoint() + "/" + repository);
        } finally {
            store.discard(staging);
        }
    }

    /// An index names the files that hold the weights: it must not name any that are not part of the model.
    private static void checkIndex(HubFile index, Path content, Map<String, HubFile> offered) throws IOException {
        if (index.bytes() > INDEX_BYTES_MAX) {
            throw new HubException(index.path() + " exceeds " + INDEX_BYTES_MAX + " bytes");
        }
        try {
            JsonNode map =
                    JsonMapper.shared().readTree(Files.readAllBytes(content)).path("weight_map");
            for (JsonNode shard : map) {
                if (!offered.containsKey(shard.asString())) {
                    throw new HubException(index.path() + " names the file \"" + shard.asString()
                            + "\", which is not in the repository. It was not installed");
                }
            }
        } catch (JacksonException e) {
            throw new HubException(index.path() + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }
}
