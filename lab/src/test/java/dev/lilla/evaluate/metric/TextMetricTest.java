package dev.lilla.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TextMetricTest {
    private static double score(String metric, TextPair... pairs) {
        return TextMetrics.named(metric).orElseThrow().tally(List.of(pairs)).score();
    }

    @Nested
    class Swedish {
        @Test
        void rougeKeepsLettersInUnicodeMode() {
            TextPair pair = TextPair.of("Räksmörgås och öl", "räksmörgås med öl");
            assertThat(score("rouge1_unicode", pair)).isCloseTo(2.0 / 3, within(1e-12));
            // The original breaks the words at å, ä and ö, and counts the pieces.
            assertThat(score("rouge1", pair)).isNotEqualTo(score("rouge1_unicode", pair));
        }

        @Test
        void articlesOfTheLanguageCountForNothing() {
            TextPair pair = TextPair.of("Den röda bilen", "röda bilen");
            assertThat(score("squad_em_sv", pair)).isEqualTo(1);
            assertThat(score("squad_em", pair)).isZero();
        }
    }

    @Nested
    class Edits {
        @Test
        void countsCodePoints() {
            assertThat(EditDistance.between("kitten", "sitting")).isEqualTo(3);
            assertThat(EditDistance.between("🙂", "🙃")).isEqualTo(1);
            assertThat(EditDistance.between("", "abc")).isEqualTo(3);
            assertThat(EditDistance.similarity("", "")).isEqualTo(1);
            assertThat(EditDistance.similarity("abcd", "abcx")).isEqualTo(0.75);
        }
    }

    @Nested
    class Json {
        @Test
        void readsAnAnswerInAFence() {
            assertThat(score("json_valid", TextPair.of("```json\n{\"a\": 1}\n```", "{}")))
                    .isEqualTo(1);
            assertThat(score("json_valid", TextPair.of("{\"a\": 1} and more", "{}")))
                    .isZero();
            assertThat(score("json_valid", TextPair.of("[".repeat(5000), "{}"))).isZero();
        }

        @Test
        void comparesValuesWhateverTheOrderOfKeys() {
            assertThat(score("json_exact", TextPair.of("{\"b\":2,\"a\":1}", "{\"a\":1,\"b\":2}")))
                    .isEqualTo(1);
            assertThat(score("json_exact", TextPair.of("{\"a\":1}", "{\"a\":2}")))
                    .isZero();
        }

        @Test
        void countsFieldsOverAllExamples() {
            TextPair half = TextPair.of("{\"a\":1,\"b\":3}", "{\"a\":1.0,\"b\":2}");
            TextPair none = TextPair.of("no JSON", "{\"a\":1,\"b\":2}");
            assertThat(score("field_precision", half, none)).isEqualTo(0.5);
            assertThat(score("field_recall", half, none)).isEqualTo(0.25);
            assertThat(score("field_f1", half, none)).isCloseTo(2 * 1.0 / (2 + 4), within(1e-12));
            assertThat(score("field_f1", TextPair.of("{\"l\":[1,2]}", "{\"l\":[2,1]}")))
                    .isEqualTo(1);
        }
    }

    @Nested
    class Schemas {
        private final JsonMapper mapper = JsonMapper.shared();

        private AnswerSchema schema(String json) {
            return AnswerSchema.of(mapper.readTree(json), "schema.json");
        }

        @Test
        void allowsWhatTheyAllow() {
            AnswerSchema schema = schema("{\"type\":\"object\",\"required\":[\"n\"],\"properties\":{\"n\":{\"$ref\":"
                    + "\"#/$defs/n\"}},\"$defs\":{\"n\":{\"type\":\"integer\"}}}");
            SchemaMetric metric = new SchemaMetric(schema);
            assertThat(metric.tally(List.of(
                                    TextPair.of("{\"n\":1}", ""),
                                    TextPair.of("{\"n\":\"x\"}", ""),
                                    TextPair.of("{}", ""),
                                    TextPair.of("x", "")))
                            .score())
                    .isEqualTo(0.25);
        }

        @Test
        void fetchNothing() {
            assertThatThrownBy(() -> schema("{\"properties\":{\"a\":{\"$ref\":\"https://example.org/s.json\"}}}"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("nothing outside the schema is read");
        }

        @Test
        void giveUpOnPatternsThatNeverEnd() {
            AnswerSchema schema = schema("{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}");
            JsonNode fits = mapper.readTree("\"aaaa\"");
            JsonNode hostile = mapper.readTree("\"" + "a".repeat(40) + "b\"");
            assertThat(schema.isValid(fits)).isTrue();
            assertThat(schema.isValid(hostile)).isFalse();
        }

        @Test
        void mustBeSchemas() {
            assertThatThrownBy(() -> schema("[]")).hasMessageContaining("schema.json: is no JSON Schema");
            assertThatThrownBy(() -> schema("{\"pattern\":\"(\"}")).hasMessageContaining("no regular expression");
        }
    }

    @Test
    void namesAllThatThereAre() {
        assertThat(TextMetrics.names()).contains("bleu", "chrf++", "rougeLsum_unicode", "squad_f1");
        assertThat(TextMetrics.named("blue")).isEmpty();
    }
}
