package dev.lilla.evaluate.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON in what a model wrote.
public final class JsonAnswer {
    private static final String FENCE = "```";

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxDocumentLength(4L << 20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonAnswer() {}

    /// The answer as JSON: nothing but one value, white space and one code fence around it aside.
    public static Optional<JsonNode> parse(String answer) {
        String text = answer.strip();
        if (text.startsWith(FENCE) && text.endsWith(FENCE) && text.length() > 2 * FENCE.length()) {
            int line = text.indexOf('\n');
            text = line < 0
                    ? ""
                    : text.substring(line, text.length() - FENCE.length()).strip();
        }
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(MAPPER.readTree(text));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// Every leaf of a value as `/path = value`; members of lists count whatever their order.
    public static Set<String> fields(JsonNode value) {
        Set<String> fields = new TreeSet<>();
        collect("", value, fields);
        return fields;
    }

    private static void collect(String path, JsonNode value, Set<String> fields) {
        if (value.isObject()) {
            value.properties().forEach(entry -> collect(path + "/" + entry.getKey(), entry.getValue(), fields));
        } else if (value.isArray()) {
            List<JsonNode> members = new ArrayList<>();
            value.forEach(members::add);
            members.forEach(member -> collect(path + "/*", member, fields));
        } else {
            fields.add(path + " = " + canonical(value));
        }
    }

    private static String canonical(JsonNode leaf) {
        return leaf.isNumber() ? leaf.decimalValue().stripTrailingZeros().toPlainString() : leaf.toString();
    }
}
