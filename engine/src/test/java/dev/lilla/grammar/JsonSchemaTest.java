package dev.lilla.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonSchemaTest {
    private static void accepts(Grammar grammar, String... texts) {
        for (String text : texts) {
            assertThat(grammar.matches(text)).as(text).isTrue();
        }
    }

    private static void refuses(Grammar grammar, String... texts) {
        for (String text : texts) {
            assertThat(grammar.matches(text)).as(text).isFalse();
        }
    }

    @Nested
    class Objects {
        private final Grammar person = Grammar.jsonSchema("""
                {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},
                 "ok":{"type":"boolean"}},"required":["age"],"additionalProperties":false}""");

        @Test
        void haveTheirPropertiesInTheOrderOfDeclaration() {
            accepts(
                    person,
                    "{\"name\":\"x\",\"age\":1,\"ok\":true}",
                    "{\"age\": 1}",
                    "{\n  \"age\": 1,\n  \"ok\": false\n}");
            refuses(person, "{}", "{\"ok\":true,\"age\":1}", "{\"age\":1,}", "{,\"age\":1}", "{\"age\":1,\"x\":2}");
        }

        @Test
        void mayHaveOthersWhoseNamesAreNotDeclared() {
            Grammar open = Grammar.jsonSchema("""
                    {"type":"object","properties":{"ab":{"type":"null"},"abc":{"type":"null"}},
                     "additionalProperties":{"type":"integer"}}""");
            accepts(
                    open,
                    "{}",
                    "{\"a\":1}",
                    "{\"abcd\":1,\"b\":2}",
                    "{\"ab\":null,\"abd\":3}",
                    "{\"\":0}",
                    "{\"\\n\":1}");
            refuses(open, "{\"ab\":1}", "{\"abc\":1}", "{\"a\":null}", "{\"\\u0061b\":1}", "{\"x\":1,\"abc\":null}");
        }

        @Test
        void haveAnyPropertiesWhereNoneAreDeclared() {
            accepts(Grammar.jsonSchema("{\"type\":\"object\"}"), "{}", "{\"a\":[1,{\"b\":null}]}");
        }

        @Test
        void writeARequiredNameThatOnlyAdditionalPropertiesAllow() {
            Grammar grammar = Grammar.jsonSchema("""
                    {"type":"object","required":["x"],"additionalProperties":{"type":"integer"}}""");
            accepts(grammar, "{\"x\":1}", "{\"x\":1,\"y\":2}");
            refuses(grammar, "{}", "{\"y\":2}");
        }

        @Test
        void handleManyOptionalPropertiesWithoutGrowingFast() {
            StringBuilder schema = new StringBuilder("{\"type\":\"object\",\"properties\":{");
            for (int i = 0; i < 120; i++) {
                schema.append(i == 0 ? "" : ",").append("\"property").append(i).append("\":{\"type\":\"integer\"}");
            }
            Grammar grammar = Grammar.jsonSchema(schema.append("}}").toString());
            accepts(grammar, "{}", "{\"property7\":1,\"property119\":2}");
            refuses(grammar, "{\"property119\":2,\"property7\":1}");
        }
    }

    @Nested
    class Arrays {
        @Test
        void haveAsManyItemsAsTheyMay() {
            Grammar two = Grammar.jsonSchema("""
                    {"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":3}""");
            accepts(two, "[1,2]", "[1, 2, 3]");
            refuses(two, "[]", "[1]", "[1,2,3,4]", "[1,2,]");
        }

        @Test
        void beginWithItemsOfTheirOwn() {
            Grammar pair = Grammar.jsonSchema("""
                    {"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":{"type":"null"}}""");
            accepts(pair, "[]", "[\"a\"]", "[\"a\",1,null,null]");
            refuses(pair, "[1]", "[\"a\",null]");
            refuses(Grammar.jsonSchema("{\"prefixItems\":[{\"type\":\"null\"}]}"), "[null,null]");
        }
    }

    @Nested
    class Strings {
        @Test
        void countCodePoints() {
            Grammar two = Grammar.jsonSchema("{\"type\":\"string\",\"minLength\":2,\"maxLength\":2}");
            accepts(two, "\"ab\"", "\"😀é\"", "\"\\\"\\n\"", "\"\\u0000x\"");
            refuses(two, "\"a\"", "\"abc\"", "\"😀\"");
        }

        @Test
        void meetPatternLengthAndFormatAtOnce() {
            Grammar grammar = Grammar.jsonSchema("""
                    {"type":"string","pattern":"b","minLength":2,"maxLength":3}""");
            accepts(grammar, "\"ab\"", "\"bbb\"", "\"b\\\"\"");
            refuses(grammar, "\"b\"", "\"aaa\"", "\"aaab\"");
            Grammar date = Grammar.jsonSchema("{\"format\":\"date\",\"pattern\":\"-02-29$\"}");
            accepts(date, "\"2024-02-29\"", "\"2000-02-29\"");
            refuses(date, "\"2023-02-29\"", "\"1900-02-29\"", "\"2024-02-28\"");
        }

        @Test
        void mayBeSpelledWithAnyEscapeWhereTheyAreFree() {
            Grammar free = Grammar.jsonSchema("{\"type\":\"string\"}");
            accepts(free, "\"\\u00E9\\/\\ud83d\\ude00\"", "\"\"");
            refuses(free, "\"\\ud83d\"", "\"\\ude00\"", "\"\\x\"", "\"\n\"");
        }
    }

    @Nested
    class Numbers {
        @ParameterizedTest
        @CsvSource({"-12,345", "0,0", "7,7", "-5,-5", "-1000,-1", "99,1001", "-1,1", "123456,123499"})
        void integersBetweenBoundsAreExactlyThose(int least, int most) {
            Grammar grammar =
                    Grammar.jsonSchema("{\"type\":\"integer\",\"minimum\":" + least + ",\"maximum\":" + most + "}");
            for (int value = least - 30; value <= most + 30; value++) {
                assertThat(grammar.matches(String.valueOf(value)))
                        .as("%d", value)
                        .isEqualTo(value >= least && value <= most);
            }
            refuses(grammar, "-0", "00", "1.0", "+1", "");
        }

        @Test
        void decimalsBetweenBoundsAreExactlyThose() {
            SplittableRandom random = new SplittableRandom(5);
            for (int i = 0; i < 60; i++) {
                BigDecimal one = BigDecimal.valueOf(random.nextInt(-4000, 4000), random.nextInt(4));
                BigDecimal other = BigDecimal.valueOf(random.nextInt(-4000, 4000), random.nextInt(4));
                BigDecimal least = one.min(other);
                BigDecimal most = one.max(other).add(BigDecimal.ONE);
                boolean open = random.nextBoolean();
                Grammar grammar = Grammar.jsonSchema("{\"type\":\"number\",\"" + (open ? "exclusiveMinimum" : "minimum")
                        + "\":" + least + ",\"" + (open ? "exclusiveMaximum" : "maximum") + "\":" + most + "}");
                for (int j = 0; j < 200; j++) {
                    BigDecimal near = random.nextBoolean() ? least : most;
                    BigDecimal value = random.nextInt(5) == 0
                            ? near
                            : near.add(BigDecimal.valueOf(random.nextInt(-2000, 2000), random.nextInt(5)));
                    boolean expected = open
                            ? value.compareTo(least) > 0 && value.compareTo(most) < 0
                            : value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
                    assertThat(grammar.matches(value.toPlainString()))
                            .as("%s from %s to %s, %s", value, least, most, open ? "open" : "closed")
                            .isEqualTo(expected);
                }
            }
        }

        @Test
        void mayHaveExponentsWhereTheyHaveNoBounds() {
            accepts(Grammar.jsonSchema("{\"type\":\"number\"}"), "-1.5e-7", "0", "1E+10");
            refuses(Grammar.jsonSchema("{\"type\":\"number\"}"), "01", ".5", "1.", "1e999", "NaN");
        }
    }

    @Nested
    class Combinations {
        @Test
        void referToDefinitionsAndThemselves() {
            Grammar tree = Grammar.jsonSchema("""
                    {"$defs":{"a/b":{"type":"object","properties":{"left":{"$ref":"#/$defs/a~1b"},
                     "leaf":{"const":"x"}},"additionalProperties":false}},"$ref":"#/$defs/a~1b"}""");
            accepts(tree, "{}", "{\"left\":{\"left\":{\"leaf\":\"x\"}}}");
            refuses(tree, "{\"left\":1}");
            accepts(Grammar.jsonSchema("{\"type\":\"array\",\"items\":{\"$ref\":\"#\"}}"), "[[],[[]]]");
        }

        @Test
        void listValues() {
            Grammar grammar = Grammar.jsonSchema("""
                    {"type":["string","number"],"enum":["a\\"b",1.5,null,{"x":[1]}]}""");
            accepts(grammar, "\"a\\\"b\"", "1.5");
            refuses(grammar, "null", "{\"x\":[1]}");
            accepts(Grammar.jsonSchema("{\"const\":{\"x\":[1,null]}}"), "{\"x\":[1,null]}");
        }

        @Test
        void chooseAmongBranches() {
            Grammar grammar = Grammar.jsonSchema("""
                    {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"n":{"type":"integer"}},
                      "required":["kind","n"]},
                     {"type":"object","properties":{"kind":{"const":"b"}},"required":["kind"]},{"type":"null"}]}""");
            accepts(grammar, "{\"kind\":\"a\",\"n\":1}", "{\"kind\":\"b\"}", "null");
            refuses(grammar, "{\"kind\":\"b\",\"n\":1}", "{\"kind\":\"a\"}");
        }

        @Test
        void allowNullBesideAType() {
            accepts(Grammar.jsonSchema("{\"type\":[\"string\",\"null\"],\"maxLength\":1}"), "null", "\"a\"");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            {"type":"object","patternProperties":{}}                     | #/patternProperties
            {"properties":{"a":{"type":"integer","multipleOf":2}}}       | #/properties/a/multipleOf
            {"items":{"uniqueItems":true}}                               | #/items/uniqueItems
            {"not":{}}                                                   | #/not
            {"if":{}}                                                    | #/if
            {"type":"string","nullable":true}                            | #/nullable
            {"type":"strng"}                                             | #/type
            {"type":[]}                                                  | #/type
            {"$ref":"https://example.com/schema"}                        | #/$ref
            {"$ref":"#/$defs/missing"}                                   | #/$ref
            {"$ref":"#anchor"}                                           | #/$ref
            {"$defs":{"a":{}},"$ref":"#/$defs/a","type":"object"}        | #/type
            {"allOf":[{},{}]}                                            | #/allOf
            {"anyOf":[]}                                                 | #/anyOf
            {"oneOf":[{"type":"integer"},{"type":"number"}]}             | #/oneOf/1
            {"oneOf":[{"minLength":1},{"type":"integer"}]}               | #/oneOf/1
            {"format":"iri"}                                             | #/format
            {"pattern":"a(?=b)"}                                         | #/pattern
            {"properties":{"a/b":{"pattern":"("}}}                       | #/properties/a~1b/pattern
            {"minLength":3,"maxLength":2}                                | "#"
            {"minLength":-1}                                             | #/minLength
            {"minimum":2,"maximum":1}                                    | "#"
            {"minimum":"2"}                                              | #/minimum
            {"enum":[]}                                                  | #/enum
            {"enum":["a"],"maxLength":3}                                 | #/maxLength
            {"type":"integer","const":"a"}                               | "#"
            {"required":["a"],"properties":{}}                           | #/required
            {"prefixItems":[{}],"items":false,"minItems":2}              | "#"
            {"properties":{"a":3}}                                       | #/properties/a
            false                                                        | "#"
            3                                                            | "#"
            {"a":1,"a":2}                                                | line 1, column
            {"type":"object"                                             | line 1, column
            {"const":"\\ud800"}                                          | surrogate
            """)
    void refusesWhatItCannotHoldToAndSaysWhere(String schema, String where) {
        assertThatThrownBy(() -> Grammar.jsonSchema(schema))
                .isInstanceOf(GrammarException.class)
                .hasMessageContaining(where);
    }

    @Test
    void takesAnythingForTheSchemaTrue() {
        accepts(Grammar.jsonSchema("true"), "1", "\"a\"", "[{}]");
        accepts(Grammar.jsonSchema("{\"title\":\"anything\"}"), "null");
    }
}
