package dev.lilla.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaggedCallTest {
    private static final CallTags FUNCTIONS = new CallTags("<f=", ">", "<p=", ">", "", "</p>", "</f>", "\n", "\n");
    private static final CallTags KEYS = new CallTags("", "", "<k>", "</k>", "<v>", "</v>", "</call>", "", "");
    private static final String WEATHER = """
            {"type": "object", "required": ["city"], "properties": {
              "city": {"type": "string"},
              "days": {"$ref": "#/$defs/days"},
              "unit": {"enum": ["C", "F", 1]},
              "code": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
              "place": {"anyOf": [{"type": "string", "maxLength": 1}, {"type": "array", "items": {"type": "integer"}}]},
              "more": {"type": ["string", "null"], "minLength": 2}},
             "$defs": {"days": {"type": "integer", "minimum": 1, "maximum": 3}}}""";

    private static Grammar keys(String schema) {
        return Grammar.taggedCall(List.of(new FunctionSchema("weather", schema)), KEYS);
    }

    private static String call(String... keysAndValues) {
        StringBuilder text = new StringBuilder("weather");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            text.append("<k>")
                    .append(keysAndValues[i])
                    .append("</k><v>")
                    .append(keysAndValues[i + 1])
                    .append("</v>");
        }
        return text + "</call>";
    }

    @Test
    void hasStringsAsTheyAreAndOthersAsJson() {
        Grammar grammar = keys(WEATHER);
        for (String city :
                List.of("Lund", "", "a \"b\" \\ {c}", "two\nlines", "</k>", "<", "</", "</v", "<</v", "Åre 🌧")) {
            assertThat(grammar.matches(call("city", city))).as(city).isTrue();
        }
        assertThat(grammar.matches(call("city", "a", "days", "3", "unit", "F", "code", "abc")))
                .isTrue();
        assertThat(grammar.matches(call("city", "a", "unit", "1"))).isTrue();
        assertThat(grammar.matches(call("city", "a", "place", "x", "more", "null")))
                .isTrue();
        assertThat(grammar.matches(call("city", "a", "place", "[1, 2]", "more", "xy")))
                .isTrue();
    }

    @Test
    void holdsValuesToTheirSchemas() {
        Grammar grammar = keys(WEATHER);
        assertThat(grammar.matches(call())).as("what is required").isFalse();
        assertThat(grammar.matches(call("city", "a</v>")))
                .as("the end of a value")
                .isFalse();
        assertThat(grammar.matches(call("city", "a", "days", "4"))).isFalse();
        assertThat(grammar.matches(call("city", "a", "days", "\"3\""))).isFalse();
        assertThat(grammar.matches(call("city", "a", "unit", "\"C\""))).isFalse();
        assertThat(grammar.matches(call("city", "a", "unit", "K"))).isFalse();
        assertThat(grammar.matches(call("city", "a", "code", "abcd"))).isFalse();
        assertThat(grammar.matches(call("city", "a", "code", "a1"))).isFalse();
        assertThat(grammar.matches(call("city", "a", "place", "xy"))).isFalse();
        assertThat(grammar.matches(call("city", "a", "more", "x"))).isFalse();
        assertThat(grammar.matches(call("city", "a", "other", "x"))).isFalse();
        assertThat(grammar.matches(call("city", "a").replace("weather", "rain")))
                .isFalse();
    }

    @Test
    void keepsFunctionsApart() {
        Grammar grammar = Grammar.taggedCall(
                List.of(
                        new FunctionSchema(
                                "get",
                                "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/$defs/x\"}},"
                                        + "\"$defs\": {\"x\": {\"type\": \"array\", \"items\": {\"type\": \"boolean\"}}}}"),
                        new FunctionSchema(
                                "get_more",
                                "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/$defs/x\"}},"
                                        + "\"required\": [\"a\"], \"$defs\": {\"x\": {\"type\": \"array\", \"items\": {\"type\": \"null\"}}}}")),
                FUNCTIONS);
        assertThat(grammar.matches("\n<f=get>\n<p=a>\n[true]\n</p>\n</f>")).isTrue();
        assertThat(grammar.matches("<f=get>\n</f>")).isTrue();
        assertThat(grammar.matches("\n<f=get_more>\n<p=a>\n[null]\n</p>\n</f>")).isTrue();
        assertThat(grammar.matches("\n<f=get_more>\n</f>")).isFalse();
        assertThat(grammar.matches("\n<f=get>\n<p=a>\n[null]\n</p>\n</f>")).isFalse();
        assertThat(grammar.matches("\n<f=get_more>\n<p=a>\n[true]\n</p>\n</f>")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\": \"string\"}",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\", \"multipleOf\": 7}}}",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"enum\": [\"x</v>\"]}}}",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"$ref\": \"#/$defs/a\"}}, \"$defs\": {\"a\": {\"$ref\": \"#/$defs/a\"}}}",
                "{\"$ref\": \"#\"}",
                "{\"type\": \"object\", \"properties\": {\"a\": {\"if\": {}}}}",
                "[]"
            })
    void refusesWhatItCanNotHoldTo(String schema) {
        assertThatThrownBy(() -> keys(schema)).isInstanceOf(GrammarException.class);
    }
}
