package dev.lilla.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// The schema for editors and the reader agree on what a project may hold.
class ProjectSchemaTest {
    private static final JsonNode SCHEMA = ProjectSchema.json(Tongue.ENGLISH);
    private static final String GOAL = "goal: {task: classify}\n";
    private static final String DATA = "data: {file: a.csv}\n";

    @ParameterizedTest
    @ValueSource(
            strings = {
                GOAL + DATA,
                GOAL + DATA + "candidates:\nevaluation: {seeds: 1}\n",
                "name: 7\ngoal: {task: chat, latency_p95: 2s, memory: 8GiB, languages: en}\n" + DATA,
                "goal: {task: chat, cost_per_1000: 0.5, licenses: [mit, open], minimum_quality: 1}\n" + DATA,
                GOAL + "data: {train: a.csv, test: b.csv, columns: {input: x, output: y}, delimiter: ;}\n",
                GOAL + DATA + "optimization: {types: [q4_0], prune: [], tune: none, budget: 90m}\n",
                GOAL + DATA + "candidates: {max: 50, types: q8_0, context: 64}\n",
                GOAL + DATA
                        + "candidates: {remote: [{api: openai, model: m, key: A_KEY}, {api: anthropic, model: n}]}\n",
                GOAL + DATA + "candidates: {remote: {api: openai, model: m, url: http://localhost:8080/v1, name: x}}\n"
            })
    void takesWhatTheReaderTakes(String yaml) {
        Project.parse(Path.of("lilla.yaml"), yaml);
        assertThat(fits(SCHEMA, tree(yaml))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                GOAL,
                DATA,
                "goal: {}\n" + DATA,
                "goal: {task: dance}\n" + DATA,
                "goal: {task: chat, latency_p95: 2}\n" + DATA,
                "goal: {task: chat, memory: 8 things}\n" + DATA,
                "goal: {task: chat, minimum_quality: 1.5}\n" + DATA,
                "goal: {task: chat, minimum_quality: high}\n" + DATA,
                GOAL + DATA + "candidates: {max: 0}\n",
                GOAL + DATA + "candidates: {max: 2.5}\n",
                GOAL + DATA + "candidates: {types: [q9]}\n",
                GOAL + DATA + "candidates: {remote: [gpt-4o-mini]}\n",
                GOAL + DATA + "candidates: {remote: [{api: other, model: m}]}\n",
                GOAL + DATA + "candidates: {remote: [{api: openai}]}\n",
                GOAL + DATA + "candidates: {remote: [{api: openai, model: m, password: x}]}\n",
                GOAL + DATA + "evaluation: [1]\n",
                GOAL + DATA + "evaluation: {decoding: {temp: 1}}\n",
                GOAL + DATA + "colour: red\n",
                GOAL + "data: {file: a.csv, delimiter: ab}\n",
                GOAL + DATA + "deployment: {port: 70000}\n"
            })
    void refusesWhatTheReaderRefuses(String yaml) {
        assertThat(FormCheck.of(YamlReader.read("lilla.yaml", yaml))).isNotEmpty();
        assertThat(fits(SCHEMA, tree(yaml))).isFalse();
    }

    @Test
    void speaksSwedish() {
        assertThat(ProjectSchema.json(Tongue.SWEDISH).toString()).contains("Vad modellen");
    }

    private static JsonNode tree(String yaml) {
        return new YAMLMapper().readTree(yaml);
    }

    /// The part of JSON Schema that ours uses.
    private static boolean fits(JsonNode schema, JsonNode value) {
        for (Map.Entry<String, JsonNode> rule : schema.properties()) {
            JsonNode wanted = rule.getValue();
            boolean holds = switch (rule.getKey()) {
                case "type" -> hasType(wanted, value);
                case "enum" -> wanted.valueStream().anyMatch(value::equals);
                case "anyOf" -> wanted.valueStream().anyMatch(choice -> fits(choice, value));
                case "pattern" ->
                    value.isString()
                            && value.stringValue().matches(wanted.stringValue().replace("$", ""));
                case "maxLength" -> !value.isString() || value.stringValue().length() <= wanted.intValue();
                case "minimum" -> value.isNumber() && value.doubleValue() >= wanted.doubleValue();
                case "maximum" -> value.isNumber() && value.doubleValue() <= wanted.doubleValue();
                case "maxItems" -> value.size() <= wanted.intValue();
                case "items" -> value.valueStream().allMatch(item -> fits(wanted, item));
                case "required" -> wanted.valueStream().allMatch(key -> value.has(key.stringValue()));
                case "properties" ->
                    !value.isObject()
                            || value.properties().stream()
                                    .filter(entry -> wanted.has(entry.getKey()))
                                    .allMatch(entry -> fits(wanted.get(entry.getKey()), entry.getValue()));
                case "additionalProperties" ->
                    value.isObject()
                            && value.propertyStream()
                                    .allMatch(entry -> schema.get("properties").has(entry.getKey()));
                case "description", "title", "$schema" -> true;
                default -> throw new AssertionError("the schema uses " + rule.getKey() + ", which this test does not");
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasType(JsonNode wanted, JsonNode value) {
        if (wanted.isArray()) {
            return wanted.valueStream().anyMatch(type -> hasType(type, value));
        }
        return switch (wanted.stringValue()) {
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> false;
        };
    }
}
