package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.ByteTokenizer;
import dev.lilla.Oracle;
import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.grammar.Grammar;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.grammar.TokenMask;
import dev.lilla.grammar.TokenTrie;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TriggeredGrammarTest {
    private static final String SCHEMA = """
            {"type": "object", "properties": {"name": {"const": "go"}, "far": {"enum": [1, 22]}},
             "required": ["name", "far"], "additionalProperties": false}""";
    private static final int END = 0;

    private static GrammarTrigger trigger(String marker, GrammarTrigger.Place place, TokenTrie vocabulary) {
        return new GrammarTrigger(
                marker, place, Grammar.jsonSchemaWithin(SCHEMA).over(vocabulary));
    }

    /// Each token a byte.
    @Nested
    class OnBytes {
        private final ByteTokenizer tokenizer = new ByteTokenizer(256);
        private final TokenTrie vocabulary = TokenTrie.of(tokenizer);
        private final StringBuilder text = new StringBuilder();

        private TriggeredGrammar watch(String marker, GrammarTrigger.Place place) {
            return new TriggeredGrammar(List.of(trigger(marker, place, vocabulary)), Set.of(END));
        }

        private void write(TriggeredGrammar watch, String written) {
            for (byte b : written.getBytes(StandardCharsets.UTF_8)) {
                TokenMask mask = watch.mask();
                assertThat(mask == null || mask.isAllowed(b & 0xFF))
                        .as(text + " and " + (char) b)
                        .isTrue();
                watch.accept(b & 0xFF, String.valueOf((char) b));
                text.append((char) b);
            }
        }

        @Test
        void beginsBehindANumberThatItsLeadStandsBefore() {
            TokenGrammar grammar = Grammar.jsonSchemaWithin(SCHEMA).over(vocabulary);
            TriggeredGrammar watch =
                    new TriggeredGrammar(List.of(GrammarTrigger.numbered("go:", "|>", grammar)), Set.of(END));
            write(watch, "so go:|> and went:12|> and go:1234567890|> and");
            assertThat(watch.mask()).isNull();
            write(watch, " go:12|>");
            assertThat(watch.mask()).isNotNull();
            assertThat(JsonMapper.shared().readTree(drawn(watch, 1)).get("name").asString())
                    .isEqualTo("go");
            assertThat(watch.mask()).isNull();
        }

        /// Draws allowed tokens until any is allowed.
        private String drawn(TriggeredGrammar watch, long seed) {
            RandomGenerator random =
                    RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            StringBuilder drawn = new StringBuilder();
            for (TokenMask mask = watch.mask(); mask != null; mask = watch.mask()) {
                int token = random.nextInt(256);
                while (!mask.isAllowed(token)) {
                    token = random.nextInt(256);
                }
                assertThat(token).isNotEqualTo(END);
                watch.accept(token, String.valueOf((char) token));
                drawn.append((char) token);
            }
            return drawn.toString();
        }

        @Test
        void partsBehindAMarkerFollowTheGrammarWhateverTheModelWants() {
            for (int seed = 0; seed < 50; seed++) {
                TriggeredGrammar watch = watch("<call>", GrammarTrigger.Place.AFTER);
                for (int call = 0; call < 3; call++) {
                    assertThat(watch.mask()).isNull();
                    write(watch, "so <call, <ca<call>");
                    JsonNode json = JsonMapper.shared().readTree(drawn(watch, seed));
                    assertThat(json.get("name").asString()).isEqualTo("go");
                    assertThat(json.get("far").asInt()).isIn(1, 22);
                }
            }
        }

        @Test
        void aBeginningThatIsACallGoesOnAsOne() {
            TriggeredGrammar watch = watch("{\"name\"", GrammarTrigger.Place.AT_START);
            write(watch, "\n {\"name\"");
            String rest = drawn(watch, 1);
            assertThat(JsonMapper.shared()
                            .readTree("{\"name\"" + rest)
                            .get("far")
                            .asInt())
                    .isIn(1, 22);
        }

        @Test
        void whatOnlyLooksLikeItIsFree() {
            TriggeredGrammar watch = watch("{\"name\"", GrammarTrigger.Place.AT_START);
            write(watch, "{\"names\": 5}, {\"name\": 6");
            assertThat(watch.mask()).isNull();
            TriggeredGrammar broken = watch("<call>", GrammarTrigger.Place.AFTER);
            broken.accept(1, "<call>[");
            assertThat(broken.mask()).isNull();
        }
    }

    /// A model that would write something else is made to call.
    @Test
    void aSequenceKeepsAPartToItsGrammar() {
        try (LocalModel model = LocalModel.open(Oracle.model("llama"), LocalModelOptions.defaults())) {
            int[] prompt = model.encode("The office opens at");
            GenerationRequest free =
                    new GenerationRequest(prompt, SamplerOptions.greedy(), StopConditions.after(60), List.of());
            String text = model.generate(free, AnswerListener.NONE).text();
            String marker = text.substring(0, 3);
            TokenGrammar grammar = model.grammars().within(SCHEMA);
            String held = model.generate(
                            free.withTriggers(List.of(new GrammarTrigger(marker, GrammarTrigger.Place.AFTER, grammar))),
                            AnswerListener.NONE)
                    .text();

            assertThat(held).startsWith(marker).isNotEqualTo(text);
            String json = held.substring(marker.length(), held.indexOf('}') + 1);
            assertThat(JsonMapper.shared().readTree(json).get("far").asInt()).isIn(1, 22);
            assertThat(held.length()).isGreaterThan(marker.length() + json.length());
        }
    }
}
