package dev.lilla.project;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/// Reads YAML into nodes that know their places.
///
/// Of YAML only what a file of settings needs: one document of sections, lists and values. Anchors and aliases are
/// refused, so that nothing small unfolds into something large; so are tags, and keys that stand twice.
final class YamlReader {
    /// A project file has some 5 kB.
    static final int CHARACTERS_MAX = 1 << 20;

    private static final int DEPTH_MAX = 16;
    private static final int NODES_MAX = 20_000;

    private static final YAMLFactory FACTORY = YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(2 * DEPTH_MAX)
                    .maxStringLength(CHARACTERS_MAX)
                    .maxNumberLength(100)
                    .build())
            .build();

    private final String file;
    private final YAMLParser parser;
    private int nodes;

    private YamlReader(String file, YAMLParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /// @param file its name, for messages
    /// @throws ProjectException if it is no YAML, or more than that
    static YamlNode.Mapping read(String file, String yaml) {
        if (yaml.length() > CHARACTERS_MAX) {
            throw broken(
                    file, Optional.empty(), "has " + yaml.length() + " characters, expected at most " + CHARACTERS_MAX);
        }
        String text = yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml;
        try (YAMLParser parser = (YAMLParser) FACTORY.createParser(ObjectReadContext.empty(), text)) {
            return new YamlReader(file, parser).document();
        } catch (JacksonException e) {
            throw broken(file, Optional.ofNullable(e.getLocation()).map(YamlReader::place), words(e));
        } catch (StackOverflowError e) {
            throw broken(file, Optional.empty(), "is nested too deeply");
        }
    }

    private YamlNode.Mapping document() {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw broken(file, Optional.of(new Place(1, 1)), "is empty, expected a project; \"lilla init\" writes one");
        }
        YamlNode node = node(0);
        if (parser.nextToken() != null) {
            throw broken(file, here(), "a second document begins here, expected one");
        }
        if (node instanceof YamlNode.Mapping mapping) {
            return mapping;
        }
        throw broken(file, Optional.of(node.place()), "found " + node.kind() + ", expected sections such as goal:");
    }

    /// The node whose first token is the current one.
    private YamlNode node(int depth) {
        if (depth > DEPTH_MAX) {
            throw broken(file, here(), "is nested more than " + DEPTH_MAX + " deep");
        }
        if (++nodes > NODES_MAX) {
            throw broken(file, here(), "holds more than " + NODES_MAX + " values");
        }
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw broken(file, here(), "anchors (&) and aliases (*) are not supported. Write the value out");
        }
        if (parser.getTypeId() != null) {
            throw broken(
                    file,
                    here(),
                    "the tag !" + parser.getTypeId() + " is not supported. Leave it out, and put a text that begins"
                            + " with ! in quotes");
        }
        Place at = place(parser.currentTokenLocation());
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(at, depth);
            case START_ARRAY -> items(at, depth);
            case VALUE_STRING -> new YamlNode.Scalar(at, parser.getString(), YamlNode.Scalar.Type.TEXT);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                new YamlNode.Scalar(at, parser.getString(), YamlNode.Scalar.Type.NUMBER);
            case VALUE_TRUE, VALUE_FALSE -> new YamlNode.Scalar(at, parser.getString(), YamlNode.Scalar.Type.FLAG);
            case VALUE_NULL -> new YamlNode.Scalar(at, "", YamlNode.Scalar.Type.NOTHING);
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
                throw broken(file, here(), "found " + parser.currentToken() + ", expected a value");
        };
    }

    private YamlNode.Mapping mapping(Place at, int depth) {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            if (parser.currentToken() != JsonToken.PROPERTY_NAME) {
                throw broken(file, here(), "found " + parser.currentToken() + ", expected a key");
            }
            if (parser.isCurrentAlias()) {
                throw broken(file, here(), "anchors (&) and aliases (*) are not supported. Write the value out");
            }
            String key = parser.currentName();
            Place place = place(parser.currentTokenLocation());
            parser.nextToken();
            entries.put(key, new YamlNode.Entry(place, node(depth + 1)));
        }
        return new YamlNode.Mapping(at, entries);
    }

    private YamlNode.Items items(Place at, int depth) {
        List<YamlNode> values = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            values.add(node(depth + 1));
        }
        return new YamlNode.Items(at, values);
    }

    private Optional<Place> here() {
        return Optional.of(place(parser.currentTokenLocation()));
    }

    private static Place place(TokenStreamLocation location) {
        return new Place(Math.max(location.getLineNr(), 1), Math.max(location.getColumnNr(), 1));
    }

    /// The first line of what the parser says: the rest repeats the file.
    private static String words(JacksonException e) {
        String message = e.getOriginalMessage();
        String first = message == null ? "" : message.strip().split("\n", 2)[0].strip();
        return "is no YAML: " + (first.isEmpty() ? "it ends too early" : first)
                + ". Indent with spaces, put texts with \": \" or \"#\" in quotes";
    }

    private static ProjectException broken(String file, Optional<Place> at, String what) {
        return new ProjectException(file, List.of(new Problem(at, "", what)));
    }
}
