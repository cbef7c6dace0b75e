package dev.lilla.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads one file of the catalog: a model with its shape and facts, as JSON.
final class CatalogFile {
    private static final int DEPTH_MAX = 8;
    private static final int ITEMS_MAX = 500;
    private static final int SIZE_MAX = 1 << 24;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .maxStringLength(10_000)
                            .build())
                    .build())
            .build();

    private final String file;

    private CatalogFile(String file) {
        this.file = file;
    }

    /// @param file its name, for messages
    /// @param licenses those that a model may name by their id
    /// @throws IllegalArgumentException if it is no description of a model; the message names the field
    static CatalogModel model(String file, String json, Map<String, License> licenses) {
        return new CatalogFile(file).model(tree(file, json), licenses);
    }

    /// The licenses in a file of them.
    static List<License> licenses(String file, String json) {
        CatalogFile reader = new CatalogFile(file);
        List<License> licenses = new ArrayList<>();
        for (JsonNode node : reader.list(tree(file, json), "licenses")) {
            licenses.add(reader.license(node));
        }
        return licenses;
    }

    private static JsonNode tree(String file, String json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (!node.isObject()) {
                throw new IllegalArgumentException(
                        file + ": holds " + node.getNodeType() + ", expected an object with name, shape and license.");
            }
            return node;
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "" : ": line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new IllegalArgumentException(file + where + ": invalid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private CatalogModel model(JsonNode node, Map<String, License> licenses) {
        String name = text(node, "name");
        if (!name.matches("[a-z0-9][a-z0-9._-]{0,99}")) {
            throw broken("name", "is \"" + name + "\", expected lower-case letters, digits, dots and dashes");
        }
        List<CatalogOrigin.Variant> variants = new ArrayList<>();
        for (JsonNode variant : list(node, "variants")) {
            variants.add(new CatalogOrigin.Variant(text(variant, "kind"), text(variant, "hub")));
        }
        CatalogOrigin origin = new CatalogOrigin(
                optionalText(node, "hub"),
                variants,
                optionalText(node, "shipped"),
                node.path("demonstration").asBoolean(false)
                        ? CatalogOrigin.Purpose.DEMONSTRATION
                        : CatalogOrigin.Purpose.WORK);
        origin.hub().ifPresent(ModelName::parse);
        CatalogFacts facts =
                new CatalogFacts(license(node, licenses), languages(node), scores(node), texts(node, "sources"));
        return new CatalogModel(name, optionalText(node, "title").orElse(name), origin, shape(node), facts);
    }

    private License license(JsonNode node, Map<String, License> licenses) {
        JsonNode value = node.path("license");
        if (value.isObject()) {
            return license(value);
        }
        String id = text(node, "license");
        License known = licenses.get(id);
        if (known == null) {
            throw broken(
                    "license",
                    "is \"" + id + "\", expected one of "
                            + licenses.keySet().stream().sorted().toList()
                            + ", or an object with id, name, url, commercial, changes and terms");
        }
        return known;
    }

    private License license(JsonNode node) {
        return new License(
                text(node, "id"),
                text(node, "name"),
                optionalText(node, "url").orElse(""),
                permission(node, "commercial"),
                permission(node, "changes"),
                texts(node, "terms"));
    }

    private License.Permission permission(JsonNode node, String key) {
        String word = optionalText(node, key).orElse("unknown");
        for (License.Permission permission : License.Permission.values()) {
            if (permission.label().equals(word)) {
                return permission;
            }
        }
        throw broken(key, "is \"" + word + "\", expected yes, conditional, no or unknown");
    }

    private Languages languages(JsonNode node) {
        return new Languages(
                texts(node, "languages"), node.path("languagesClaimed").asInt(0), optionalText(node, "languagesNote"));
    }

    private List<PublishedScore> scores(JsonNode node) {
        List<PublishedScore> scores = new ArrayList<>();
        for (JsonNode score : list(node, "scores")) {
            if (!score.path("value").isNumber()) {
                throw broken("scores", "has a score without a number as its value");
            }
            scores.add(new PublishedScore(
                    text(score, "benchmark"),
                    score.path("value").asDouble(),
                    optionalText(score, "of").orElse("base"),
                    text(score, "protocol"),
                    text(score, "source")));
        }
        return scores;
    }

    private ModelShape shape(JsonNode node) {
        JsonNode shape = node.path("shape");
        if (!shape.isObject()) {
            throw broken("shape", "is missing, expected an object with family, layers, hidden and the like");
        }
        ModelShape read = new ModelShape(
                text(shape, "family"),
                count(shape, "layers"),
                count(shape, "hidden"),
                count(shape, "ffn"),
                count(shape, "heads"),
                count(shape, "kvHeads"),
                count(shape, "headDim"),
                count(shape, "vocab"),
                count(shape, "context"),
                shape.path("ropeBase").asDouble(10_000),
                shape.path("tied").asBoolean(false),
                shape.path("window").asInt(0),
                shape.path("rotaryShare").asDouble(1));
        if (read.heads() % read.kvHeads() != 0) {
            throw broken(
                    "shape.kvHeads", "is " + read.kvHeads() + ", expected a divisor of the " + read.heads() + " heads");
        }
        return read;
    }

    private int count(JsonNode shape, String key) {
        JsonNode value = shape.path(key);
        if (!value.isIntegralNumber() || value.asLong(0) < 1 || value.asLong(0) > SIZE_MAX) {
            throw broken(
                    "shape." + key,
                    "is " + (value.isMissingNode() ? "missing" : value.toString())
                            + ", expected a whole number from 1 to " + SIZE_MAX);
        }
        return value.asInt();
    }

    private String text(JsonNode node, String key) {
        return optionalText(node, key).orElseThrow(() -> broken(key, "is missing, expected a text"));
    }

    private Optional<String> optionalText(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString() || value.stringValue().isBlank()) {
            throw broken(key, "is " + value + ", expected a text");
        }
        return Optional.of(value.stringValue());
    }

    private List<String> texts(JsonNode node, String key) {
        List<String> texts = new ArrayList<>();
        for (JsonNode value : list(node, key)) {
            if (!value.isString()) {
                throw broken(key, "holds " + value + ", expected texts");
            }
            texts.add(value.stringValue());
        }
        return texts;
    }

    private List<JsonNode> list(JsonNode node, String key) {
        JsonNode value = node.path(key);
        if (value.isMissingNode()) {
            return List.of();
        }
        if (!value.isArray() || value.size() > ITEMS_MAX) {
            throw broken(key, "has to be a list of at most " + ITEMS_MAX);
        }
        List<JsonNode> items = new ArrayList<>();
        value.forEach(items::add);
        return items;
    }

    private IllegalArgumentException broken(String field, String what) {
        return new IllegalArgumentException(file + ": " + field + " " + what + ".");
    }
}
