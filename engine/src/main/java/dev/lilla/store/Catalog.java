package dev.lilla.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The models Lilla knows, with their shapes and what is known of them: a file a model in the resources
/// `catalog/`, and whatever users put into `catalog/` in their store.
public final class Catalog {
    private static final String FOLDER = "catalog";
    private static final String SUFFIX = ".json";
    /// Names of the files, in the order that lists show.
    private static final String INDEX = FOLDER + "/models.txt";

    private static final String LICENSES = "licenses.json";
    /// A file describes one model; the largest that comes with Lilla has 2 kB.
    private static final long FILE_BYTES_MAX = 1 << 20;

    private static final int FILES_MAX = 1000;

    private final Map<String, License> licenses;
    private final List<CatalogModel> models;

    private Catalog(Map<String, License> licenses, List<CatalogModel> models) {
        this.licenses = Map.copyOf(licenses);
        this.models = List.copyOf(models);
    }

    /// The catalog that comes with Lilla.
    public static Catalog open() {
        Map<String, License> licenses = new LinkedHashMap<>();
        for (License license : CatalogFile.licenses(LICENSES, resource(LICENSES))) {
            licenses.put(license.id(), license);
        }
        List<CatalogModel> models = new ArrayList<>();
        for (String name : resource(INDEX).lines().toList()) {
            String file = FOLDER + "/" + name + SUFFIX;
            models.add(CatalogFile.model(file, resource(file), licenses));
        }
        return new Catalog(licenses, models);
    }

    /// The same with the models that a user describes in `catalog/` of the store; one of the same name replaces ours.
    ///
    /// @param home of the store
    /// @throws IllegalArgumentException if a file is no description of a model
    public static Catalog open(Path home) {
        Catalog shipped = open();
        Path folder = home.resolve(FOLDER);
        if (!Files.isDirectory(folder)) {
            return shipped;
        }
        Map<String, CatalogModel> models = new LinkedHashMap<>();
        shipped.models.forEach(model -> models.put(model.name(), model));
        for (Path file : files(folder)) {
            CatalogModel model = CatalogFile.model(file.toString(), read(file), shipped.licenses);
            models.put(model.name(), model);
        }
        return new Catalog(shipped.licenses, List.copyOf(models.values()));
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .limit(FILES_MAX)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IllegalArgumentException(file + ": has " + Files.size(file) + " bytes, at most "
                        + FILE_BYTES_MAX + " are read as the description of a model.");
            }
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = Catalog.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from this build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All of them, in the order of the lists.
    public List<CatalogModel> models() {
        return models;
    }

    /// The licenses that models may name, by their ids.
    public Map<String, License> licenses() {
        return licenses;
    }

    /// The model with this short name, or with this name on the hub, also of one of its variants, whatever the case.
    public Optional<CatalogModel> find(String name) {
        return models.stream().filter(model -> isCalled(model, name)).findFirst();
    }

    private static boolean isCalled(CatalogModel model, String name) {
        return model.name().equalsIgnoreCase(name)
                || model.hub().filter(name::equalsIgnoreCase).isPresent()
                || model.origin().variants().stream()
                        .anyMatch(variant -> variant.hub().equalsIgnoreCase(name));
    }

    /// The model with this name.
    ///
    /// @throws IllegalArgumentException naming the models whose names are like it, if any
    public CatalogModel model(String name) {
        return find(name)
                .orElseThrow(() ->
                        new IllegalArgumentException("the catalog has no model \"" + name + "\". " + similarTo(name)));
    }

    /// The name on the hub that a name means: one without an owner is of this catalog.
    ///
    /// @throws IllegalArgumentException if the catalog has no such model, or it is on no hub
    public ModelName hubName(ModelName name) {
        if (name.owner() != null) {
            return name;
        }
        CatalogModel known = model(name.name());
        ModelName hub = ModelName.parse(known.hub()
                .orElseThrow(() -> new IllegalArgumentException(
                        known.name() + " comes with Lilla and is on no hub: lilla run " + known.name() + " finds it")));
        return name.file() == null ? hub : hub.withFile(name.file());
    }

    private String similarTo(String name) {
        String stem = name.toLowerCase(Locale.ROOT).split("[^a-z]", 2)[0];
        List<String> similar = models.stream()
                .map(CatalogModel::name)
                .filter(known -> !stem.isEmpty() && known.startsWith(stem))
                .toList();
        return similar.isEmpty()
                ? "\"lilla catalog\" lists those it has; others go by OWNER/NAME"
                : "It has: " + String.join(", ", similar);
    }
}
