package dev.lilla.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Schemas of all supported keywords, drawn by chance; most texts that follow them are short.
public final class RandomSchemas {
    private static final JsonMapper MAPPER = JsonMapper.shared();
    private static final List<String> NAMES = List.of("a", "ab", "name", "näme", "q\"t", "tab\t", "€", "😀", "x/y~z");
    private static final List<String> PATTERNS =
            List.of("^[a-z]{1,4}$", "b+c", "^(ja|nej)$", "[0-9]{2}", "^\"\\\\$", "^[^a-y]?$", "^.{2,3}$|^x");
    private static final List<String> FORMATS =
            List.of("date", "time", "date-time", "uuid", "ipv4", "ipv6", "email", "hostname", "uri");

    private final RandomGenerator random;

    public RandomSchemas(RandomGenerator random) {
        this.random = random;
    }

    /// A schema with what its references point to.
    public String next() {
        ObjectNode root = object(3);
        ObjectNode defs = root.putObject("$defs");
        ObjectNode small = scalar();
        while (small.has("$ref")) {
            small = scalar();
        }
        defs.set("small", small);
        ObjectNode node = defs.putObject("list").put("type", "object").put("additionalProperties", false);
        ObjectNode properties = node.putObject("properties");
        properties.putObject("v").put("type", "integer");
        ArrayNode next = properties.putObject("next").putArray("anyOf");
        next.addObject().put("type", "null");
        next.addObject().put("$ref", "#/$defs/list");
        node.putArray("required").add("v").add("next");
        return root.toString();
    }

    private ObjectNode schema(int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 5)) {
            case 5 -> object(depth - 1);
            case 6 -> array(depth - 1);
            case 7 -> {
                ObjectNode any = MAPPER.createObjectNode();
                any.putArray("anyOf").add(schema(depth - 1)).add(schema(depth - 1));
                yield any;
            }
            case 8 -> {
                ObjectNode one = MAPPER.createObjectNode();
                ArrayNode branches = one.putArray("oneOf");
                branches.addObject().put("type", "boolean");
                branches.addObject().put("type", "string").put("maxLength", 3);
                ObjectNode tagged = branches.addObject().put("type", "object");
                tagged.putObject("properties").putObject("kind").put("const", "k");
                tagged.putArray("required").add("kind");
                yield one;
            }
            default -> scalar();
        };
    }

    private ObjectNode object(int depth) {
        ObjectNode schema = MAPPER.createObjectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        List<String> names = new ArrayList<>(NAMES);
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            properties.set(names.remove(random.nextInt(names.size())), schema(depth));
        }
        ArrayNode required = schema.putArray("required");
        for (String name : properties.propertyNames()) {
            if (random.nextBoolean()) {
                required.add(name);
            }
        }
        switch (random.nextInt(3)) {
            case 0 -> schema.put("additionalProperties", false);
            case 1 -> schema.set("additionalProperties", scalar());
            default -> {}
        }
        return schema;
    }

    private ObjectNode array(int depth) {
        ObjectNode schema = MAPPER.createObjectNode().put("type", "array");
        int leading = random.nextInt(3);
        if (leading > 0) {
            ArrayNode prefix = schema.putArray("prefixItems");
            for (int i = 0; i < leading; i++) {
                prefix.add(schema(depth));
            }
        }
        schema.set("items", schema(depth));
        int least = random.nextInt(3);
        schema.put("minItems", least);
        if (random.nextBoolean()) {
            schema.put("maxItems", least + random.nextInt(3));
        }
        return schema;
    }

    private ObjectNode scalar() {
        ObjectNode schema = MAPPER.createObjectNode();
        switch (random.nextInt(11)) {
            case 0 -> schema.put("type", "boolean");
            case 1 -> schema.putArray("type").add("integer").add("null");
            case 2 ->
                schema.put("type", "integer")
                        .put("minimum", -random.nextInt(300))
                        .put("maximum", random.nextInt(300));
            case 3 ->
                schema.put("type", "number").put("exclusiveMinimum", -0.5).put("maximum", random.nextInt(20) / 8.0);
            case 4 -> schema.put("type", "number").put("minimum", -1e6);
            case 5 ->
                schema.put("type", "string")
                        .put("minLength", random.nextInt(3))
                        .put("maxLength", 3 + random.nextInt(9));
            case 6 -> schema.put("type", "string").put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
            case 7 -> schema.put("type", "string").put("format", FORMATS.get(random.nextInt(FORMATS.size())));
            case 8 ->
                schema.putArray("enum").add("ett").add(2).add("tre\n").addNull().add(0.5);
            case 9 -> schema.put("$ref", random.nextBoolean() ? "#/$defs/list" : "#/$defs/small");
            default -> schema.put("const", NAMES.get(random.nextInt(NAMES.size())));
        }
        return schema;
    }
}
