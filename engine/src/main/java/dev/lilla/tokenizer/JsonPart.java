package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// A JSON object of a tokenizer file, and where it stands, for errors.
record JsonPart(JsonNode node, String place) {
    /// The member, if it is there and not null.
    Optional<JsonPart> find(String name) {
        JsonNode child = node.get(name);
        return child == null || child.isNull()
                ? Optional.empty()
                : Optional.of(new JsonPart(child, place + "." + name));
    }

    JsonPart get(String name) {
        return find(name).orElseThrow(() -> broken("\"" + name + "\" is missing"));
    }

    String string(String name) {
        return get(name).asString();
    }

    Optional<String> findString(String name) {
        return find(name).map(JsonPart::asString);
    }

    /// A true-or-false member; false if it is absent.
    boolean flag(String name) {
        return flag(name, false);
    }

    boolean flag(String name, boolean otherwise) {
        Optional<JsonPart> child = find(name);
        if (child.isPresent() && !child.get().node.isBoolean()) {
            throw child.get().broken("is " + child.get().node.getNodeType() + ", expected true or false");
        }
        return child.map(part -> part.node.booleanValue()).orElse(otherwise);
    }

    long integer(String name) {
        return get(name).asInteger();
    }

    long asInteger() {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw broken("is " + node.getNodeType() + ", expected a whole number");
        }
        return node.longValue();
    }

    String asString() {
        if (!node.isString()) {
            throw broken("is " + node.getNodeType() + ", expected a string");
        }
        return node.stringValue();
    }

    List<JsonPart> elements(String name) {
        return get(name).elements();
    }

    List<JsonPart> elements() {
        if (!node.isArray()) {
            throw broken("is " + node.getNodeType() + ", expected an array");
        }
        List<JsonPart> elements = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            elements.add(new JsonPart(node.get(i), place + "[" + i + "]"));
        }
        return elements;
    }

    JsonPart requireObject() {
        if (!node.isObject()) {
            throw broken("is " + node.getNodeType() + ", expected an object");
        }
        return this;
    }

    ModelFormatException broken(String what) {
        return new ModelFormatException(place + ": " + what + ". Download the file again.");
    }

    /// @param kinds what is supported in its place
    UnsupportedModelException unsupported(String what, String kinds) {
        return new UnsupportedModelException(place + ": " + what + " is not supported yet. Supported: " + kinds
                + ". Use another revision of the tokenizer, or a GGUF of the model.");
    }
}
