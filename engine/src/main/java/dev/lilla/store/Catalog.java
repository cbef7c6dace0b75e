package dev.lilla.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The models Lilla knows, with their shapes: the resource `catalog.json`.
public final class Catalog {
    private static final String RESOURCE = "catalog.json";

    private final List<CatalogModel> models;

    private Catalog(List<CatalogModel> models) {
        this.models = List.copyOf(models);
    }

    /// The catalog that comes with Lilla.
    public static Catalog open() {
        try (InputStream in = Catalog.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + RESOURCE + " is missing from this build");
            }
            List<CatalogModel> models = new ArrayList<>();
            for (JsonNode node : JsonMapper.shared().readTree(in).required("models")) {
                models.add(model(node));
            }
            return new Catalog(models);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All of them, in the order of the file.
    public List<CatalogModel> models() {
        return models;
    }

    /// The model with this short name or hub name, whatever the case.
    public Optional<CatalogModel> find(String name) {
        return models.stream()
                .filter(model ->
                        model.name().equalsIgnoreCase(name) || model.hub().equalsIgnoreCase(name))
                .findFirst();
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
    /// @throws IllegalArgumentException if the catalog has no such model
    public ModelName hubName(ModelName name) {
        if (name.owner() != null) {
            return name;
        }
        ModelName hub = ModelName.parse(model(name.name()).hub());
        return name.file() == null ? hub : hub.withFile(name.file());
    }

    private String similarTo(String name) {
        String stem = name.toLowerCase(Locale.ROOT).split("[^a-z]", 2)[0];
        List<String> similar = models.stream()
                .map(CatalogModel::name)
                .filter(known -> !stem.isEmpty() && known.startsWith(stem))
                .toList();
        return similar.isEmpty()
                ? "\"lilla models catalog\" lists those it has; others go by OWNER/NAME"
                : "It has: " + String.join(", ", similar);
    }

    private static CatalogModel model(JsonNode node) {
        ModelShape shape = new ModelShape(
                node.required("family").asString(),
                node.required("layers").asInt(),
                node.required("hidden").asInt(),
                node.required("ffn").asInt(),
                node.required("heads").asInt(),
                node.required("kvHeads").asInt(),
                node.required("headDim").asInt(),
                node.required("vocab").asInt(),
                node.required("context").asInt(),
                node.required("ropeBase").asDouble(),
                node.required("tied").asBoolean(),
                node.path("window").asInt(0),
                node.path("rotaryShare").asDouble(1));
        return new CatalogModel(
                node.required("name").asString(),
                node.required("title").asString(),
                node.required("hub").asString(),
                node.required("license").asString(),
                shape);
    }
}
