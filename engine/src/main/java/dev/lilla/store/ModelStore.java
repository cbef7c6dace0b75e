package dev.lilla.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The models on this machine: one folder `models/OWNER/NAME` for each repository, with a manifest of sizes and
/// digests.
///
/// A file belongs to a model only once the manifest lists it, and the manifest is written last. Changes by several
/// processes exclude each other through a lock file.
public final class ModelStore {
    private final Path home;
    private final @Nullable Path shipped;

    private ModelStore(Path home, @Nullable Path shipped) {
        this.home = home.toAbsolutePath().normalize();
        this.shipped = shipped;
    }

    /// The store in `home`, which need not exist yet.
    public static ModelStore open(Path home) {
        return new ModelStore(home, null);
    }

    /// The store of this user: in `LILLA_HOME`, or `.lilla` in the home directory. Beside it stand the GGUF files in
    /// `LILLA_MODELS`, which came with Lilla.
    public static ModelStore open(Map<String, String> environment) {
        String home = environment.getOrDefault("LILLA_HOME", "");
        String shipped = environment.getOrDefault("LILLA_MODELS", "");
        return new ModelStore(
                home.isBlank()
                        ? Path.of(Objects.requireNonNull(System.getProperty("user.home")), ".lilla")
                        : Path.of(home),
                shipped.isBlank() ? null : Path.of(shipped));
    }

    public Path home() {
        return home;
    }

    /// Where unfinished downloads of a repository lie.
    public Path downloads(ModelName name) {
        return home.resolve("downloads").resolve(name.ownerOrLocal()).resolve(name.name());
    }

    /// All models, by name.
    public List<StoredModel> list() throws IOException {
        List<StoredModel> models = new ArrayList<>();
        for (Path owner : folders(models())) {
            for (Path repository : folders(owner)) {
                models.addAll(modelsIn(repository));
            }
        }
        return models;
    }

    /// The model with this name; without a file, a repository's directory comes before its GGUFs.
    ///
    /// @throws IllegalArgumentException if there is none, or several
    public StoredModel model(ModelName name) throws IOException {
        List<StoredModel> candidates = new ArrayList<>();
        for (StoredModel model : list()) {
            boolean sameOwner = name.owner() == null
                    || name.owner().equalsIgnoreCase(model.name().owner());
            if (sameOwner && name.name().equalsIgnoreCase(model.name().name())) {
                candidates.add(model);
            }
        }
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException("there is no model \"" + name.repository() + "\" in " + home
                    + ". \"lilla models\" lists what is there, \"lilla pull " + pullName(name) + "\" gets it");
        }
        if (name.file() != null) {
            return chosen(candidates, name);
        }
        List<StoredModel> whole =
                candidates.stream().filter(model -> model.name().file() == null).toList();
        if (whole.size() == 1) {
            return whole.getFirst();
        }
        if (candidates.size() > 1) {
            throw new IllegalArgumentException("\"" + name + "\" may be any of: "
                    + String.join(
                            ", ",
                            candidates.stream()
                                    .map(model -> model.name().toString())
                                    .toList()));
        }
        return candidates.getFirst();
    }

    /// What to open for `text`: a GGUF file or a directory that exists, or else the name of a stored model, or of one
    /// that came with Lilla.
    ///
    /// @throws IllegalArgumentException if it is neither
    public Path resolve(String text) throws IOException {
        Path path = Path.of(text);
        if (Files.exists(path)) {
            return path;
        }
        boolean namesPath = path.isAbsolute()
                || text.startsWith(".")
                || text.startsWith("~")
                || text.endsWith("/")
                || text.endsWith(".safetensors")
                || (text.endsWith(".gguf") && !text.contains(":"));
        if (namesPath) {
            throw new IllegalArgumentException("there is no file or directory " + text);
        }
        ModelName name = ModelName.parse(text);
        if (shipped != null && name.owner() == null && name.file() == null) {
            Path file = shipped.resolve(name.name().toLowerCase(Locale.ROOT) + ".gguf");
            boolean isStored =
                    list().stream().anyMatch(model -> model.name().name().equalsIgnoreCase(name.name()));
            if (!isStored && Files.isRegularFile(file)) {
                return file;
            }
        }
        return model(name).path();
    }

    /// Takes a GGUF file (with the other parts of a split one) or a Hugging Face directory into the store.
    ///
    /// @param progress told the bytes copied since it was told last
    public StoredModel importFrom(Path source, ModelName name, Placement placement, LongConsumer progress)
            throws IOException {
        Path folder = Files.isDirectory(source) ? source : parent(source);
        List<String> paths;
        try (Stream<Path> files = Files.list(folder)) {
            paths = files.filter(Files::isRegularFile)
                    .map(file -> fileName(file))
                    .sorted()
                    .toList();
        }
        FileChoice choice;
        try {
            choice = FileChoice.among(paths, Files.isDirectory(source) ? null : fileName(source));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
        }
        Path staging = staging();
        try {
            List<StoredFile> stored = new ArrayList<>();
            for (String path : choice.files()) {
                stored.add(place(folder.resolve(path), staging.resolve(path), placement, progress));
            }
            return commit(
                    name, staging, stored, source.toAbsolutePath().normalize().toString());
        } finally {
            discard(staging);
        }
    }

    /// Moves files that are complete and verified into the store and lists them in the manifest.
    ///
    /// @param staging holds the files, on the store's file system
    public StoredModel commit(ModelName name, Path staging, List<StoredFile> files, String source) throws IOException {
        Path folder = folder(name);
        Files.createDirectories(folder);
        try (FileChannel channel = openLock();
                FileLock _ = channel.lock()) {
            for (StoredFile file : files) {
                Path target = RelativePaths.inside(folder, file.path());
                Files.createDirectories(parent(target));
                Files.move(
                        RelativePaths.inside(staging, file.path()),
                        target,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            StoreManifest added = new StoreManifest(source, Instant.now(), files);
            StoreManifest.read(folder)
                    .map(present -> present.with(added))
                    .orElse(added)
                    .write(folder);
        }
        return owner(name, files.getFirst().path());
    }

    /// The model of a repository that a file belongs to.
    ///
    /// @throws IllegalArgumentException if there is none
    public StoredModel owner(ModelName repository, String path) throws IOException {
        return modelsIn(folder(repository)).stream()
                .filter(model ->
                        model.files().stream().anyMatch(file -> file.path().equals(path)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        repository + ": " + path + " is in the store, but makes no model"));
    }

    /// What the store has of a repository, by path.
    public Map<String, StoredFile> files(ModelName repository) throws IOException {
        Map<String, StoredFile> files = new LinkedHashMap<>();
        StoreManifest.read(folder(repository))
                .ifPresent(manifest -> manifest.files().forEach(file -> files.put(file.path(), file)));
        return files;
    }

    /// A new empty folder on the store's file system.
    public Path staging() throws IOException {
        Files.createDirectories(home.resolve("staging"));
        return Files.createTempDirectory(home.resolve("staging"), "");
    }

    /// Deletes a folder that [#staging] made, and what is left in it.
    public void discard(Path staging) throws IOException {
        deleteTree(staging);
    }

    /// Reads every byte of a model and compares.
    ///
    /// @param progress told the bytes read since it was told last
    /// @return one sentence for each file that is not as it was stored
    public List<String> verify(StoredModel model, LongConsumer progress) throws IOException {
        List<String> faults = new ArrayList<>();
        for (StoredFile file : model.files()) {
            Path path = RelativePaths.inside(folder(model.name()), file.path());
            if (!Files.isRegularFile(path)) {
                faults.add(path + " is missing");
            } else if (Files.size(path) != file.bytes()) {
                faults.add(path + " has " + Files.size(path) + " bytes, not " + file.bytes());
            } else if (!FileDigest.sha256(path, progress).equals(file.sha256())) {
                faults.add(path + " has changed: its SHA-256 is not " + file.sha256());
            }
        }
        return faults;
    }

    /// Deletes a model; files that another model of the same repository needs stay.
    public void remove(StoredModel model) throws IOException {
        Path folder = folder(model.name());
        try (FileChannel channel = openLock();
                FileLock _ = channel.lock()) {
            List<String> shared = modelsIn(folder).stream()
                    .filter(other -> !other.name().equals(model.name()))
                    .flatMap(other -> other.files().stream().map(StoredFile::path))
                    .toList();
            List<String> paths = model.files().stream()
                    .map(StoredFile::path)
                    .filter(path -> !shared.contains(path))
                    .toList();
            StoreManifest rest = StoreManifest.read(folder).orElseThrow().without(paths);
            if (rest.files().isEmpty()) {
                deleteTree(folder);
            } else {
                rest.write(folder);
                for (String path : paths) {
                    Files.deleteIfExists(RelativePaths.inside(folder, path));
                }
            }
        }
    }

    private List<StoredModel> modelsIn(Path folder) throws IOException {
        Optional<StoreManifest> manifest = StoreManifest.read(folder);
        if (manifest.isEmpty()) {
            return List.of();
        }
        List<StoredFile> files = manifest.get().files();
        ModelName repository = new ModelName(fileName(parent(folder)), fileName(folder), null);
        List<FileChoice> choices =
                FileChoice.all(files.stream().map(StoredFile::path).toList());
        List<StoredModel> models = new ArrayList<>();
        for (FileChoice choice : choices) {
            boolean named = choice.kind() == ModelKind.GGUF && choices.size() > 1;
            String first = choice.files().getFirst();
            models.add(new StoredModel(
                    named ? repository.withFile(first) : repository,
                    choice.kind(),
                    choice.kind() == ModelKind.GGUF ? RelativePaths.inside(folder, first) : folder,
                    files.stream()
                            .filter(file -> choice.files().contains(file.path()))
                            .toList(),
                    manifest.get().source(),
                    manifest.get().added()));
        }
        return models;
    }

    private static StoredModel chosen(List<StoredModel> candidates, ModelName name) {
        List<String> paths = candidates.stream()
                .flatMap(model -> model.files().stream().map(StoredFile::path))
                .toList();
        FileChoice choice = FileChoice.among(paths, name.file());
        return candidates.stream()
                .filter(model -> model.files().stream()
                        .anyMatch(file -> file.path().equals(choice.files().getFirst())))
                .findFirst()
                .orElseThrow();
    }

    private static StoredFile place(Path from, Path to, Placement placement, LongConsumer progress) throws IOException {
        String digest = switch (placement) {
            case COPY -> FileDigest.copy(from, to, progress);
            case LINK -> {
                Files.createSymbolicLink(to, from.toRealPath());
                yield FileDigest.sha256(from, progress);
            }
        };
        return new StoredFile(fileName(from), Files.size(from), digest);
    }

    private static String pullName(ModelName name) {
        return name.owner() == null
                ? Catalog.open().find(name.name()).flatMap(CatalogModel::hub).orElse("OWNER/" + name)
                : name.toString();
    }

    private Path models() {
        return home.resolve("models");
    }

    private Path folder(ModelName name) {
        return models().resolve(name.ownerOrLocal()).resolve(name.name());
    }

    private FileChannel openLock() throws IOException {
        Files.createDirectories(home);
        return FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static List<Path> folders(Path parent) throws IOException {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static Path parent(Path path) {
        return Objects.requireNonNull(path.toAbsolutePath().normalize().getParent(), "a file has a folder");
    }

    private static String fileName(Path path) {
        return Objects.requireNonNull(path.getFileName(), "a file has a name").toString();
    }

    /// Deletes a folder and what it holds; links are deleted, not followed.
    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(folder)) {
            tree.sorted((a, b) -> b.compareTo(a)).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause() instanceof FileSystemException cause ? cause : new IOException(e);
        }
    }
}
