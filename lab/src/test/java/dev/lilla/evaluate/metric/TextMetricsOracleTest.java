package dev.lilla.evaluate.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lilla.Oracle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Scores of sacrebleu, SQuAD's script and ROUGE's definition for the same texts.
class TextMetricsOracleTest {
    private static final double TOLERANCE = 1e-9;

    private final JsonNode golden = Oracle.json("eval/text_metrics.json");

    private List<TextPair> pairs(boolean isFirstReferenceOnly) {
        List<TextPair> pairs = new ArrayList<>();
        for (int i = 0; i < golden.get("hypotheses").size(); i++) {
            List<String> references = strings(golden.get("references").get(i));
            pairs.add(new TextPair(
                    golden.get("hypotheses").get(i).stringValue(),
                    isFirstReferenceOnly ? references.subList(0, 1) : references));
        }
        return pairs;
    }

    private static List<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::stringValue).toList();
    }

    @TestFactory
    Stream<DynamicTest> scoresCorporaAsSacrebleu() {
        Map<String, TextMetric> metrics = Map.ofEntries(
                Map.entry("bleu_13a", Bleu.DEFAULT),
                Map.entry("bleu_13a_lc", new Bleu(BleuTokenizer.T13A, Bleu.Smoothing.EXP, true)),
                Map.entry("bleu_intl", new Bleu(BleuTokenizer.INTL, Bleu.Smoothing.EXP, false)),
                Map.entry("bleu_intl_lc", new Bleu(BleuTokenizer.INTL, Bleu.Smoothing.EXP, true)),
                Map.entry("bleu_char", new Bleu(BleuTokenizer.CHAR, Bleu.Smoothing.EXP, false)),
                Map.entry("bleu_char_lc", new Bleu(BleuTokenizer.CHAR, Bleu.Smoothing.EXP, true)),
                Map.entry("bleu_none", new Bleu(BleuTokenizer.NONE, Bleu.Smoothing.EXP, false)),
                Map.entry("bleu_none_lc", new Bleu(BleuTokenizer.NONE, Bleu.Smoothing.EXP, true)),
                Map.entry("bleu_smooth_exp", Bleu.DEFAULT),
                Map.entry("bleu_smooth_floor", new Bleu(BleuTokenizer.T13A, Bleu.Smoothing.FLOOR, false)),
                Map.entry("bleu_smooth_add-k", new Bleu(BleuTokenizer.T13A, Bleu.Smoothing.ADD_K, false)),
                Map.entry("bleu_smooth_none", new Bleu(BleuTokenizer.T13A, Bleu.Smoothing.NONE, false)),
                Map.entry("chrf_c6_w0_b2", ChrF.CHRF),
                Map.entry("chrf_c6_w2_b2", ChrF.CHRF_PLUS_PLUS),
                Map.entry("chrf_c4_w0_b1", new ChrF(4, 0, 1, false, false)),
                Map.entry("chrf_whitespace", new ChrF(6, 0, 2, true, false)),
                Map.entry("chrf_lowercase", new ChrF(6, 0, 2, false, true)));
        return Stream.of("two_refs", "first_ref_only")
                .flatMap(set -> metrics.entrySet().stream()
                        .map(entry -> DynamicTest.dynamicTest(set + " " + entry.getKey(), () -> {
                            JsonNode expected = golden.get("corpus").get(set).get(entry.getKey());
                            JsonNode score = expected.isObject() ? expected.get("score") : expected;
                            assertThat(entry.getValue()
                                            .tally(pairs(set.equals("first_ref_only")))
                                            .score())
                                    .isCloseTo(score.doubleValue(), within(TOLERANCE));
                        })));
    }

    @Test
    void scoresSentencesAsSacrebleu() {
        for (JsonNode sentence : golden.get("sentence")) {
            TextPair pair = new TextPair(sentence.get("hyp").stringValue(), strings(sentence.get("refs")));
            assertThat(Bleu.DEFAULT.sentence(pair))
                    .isCloseTo(sentence.get("bleu").doubleValue(), within(TOLERANCE));
            assertThat(ChrF.CHRF.sentence(pair)).isCloseTo(sentence.get("chrf").doubleValue(), within(TOLERANCE));
            assertThat(ChrF.CHRF_PLUS_PLUS.sentence(pair))
                    .isCloseTo(sentence.get("chrf++").doubleValue(), within(TOLERANCE));
        }
    }

    @Test
    void scoresSummariesAsRouge() {
        for (JsonNode sentence : golden.get("sentence")) {
            List<String> references = strings(sentence.get("refs"));
            for (JsonNode set : sentence.get("rouge")) {
                RougeWords words = set.get("stem").booleanValue() ? RougeWords.STEMMED : RougeWords.PARITY;
                for (int i = 0; i < references.size(); i++) {
                    checkRouge(
                            sentence.get("hyp").stringValue(),
                            references.get(i),
                            words,
                            set.get("per_ref").get(i));
                }
            }
        }
        for (JsonNode text : golden.get("rouge_multiline")) {
            String answer = text.get("hyp").stringValue();
            String reference = text.get("ref").stringValue();
            checkRouge(answer, reference, RougeWords.PARITY, text.get("nostem"));
            checkRouge(answer, reference, RougeWords.STEMMED, text.get("stem"));
        }
    }

    private static void checkRouge(String answer, String reference, RougeWords words, JsonNode expected) {
        for (Rouge.Kind kind : Rouge.Kind.values()) {
            Rouge rouge = new Rouge(kind, words);
            JsonNode figures = expected.get(rouge.name().replace("_stemmed", ""));
            Rouge.Score score = rouge.score(answer, reference);
            assertThat(score.precision())
                    .as(rouge.name() + " of " + answer)
                    .isCloseTo(figures.get("precision").doubleValue(), within(TOLERANCE));
            assertThat(score.recall()).isCloseTo(figures.get("recall").doubleValue(), within(TOLERANCE));
            assertThat(score.fmeasure()).isCloseTo(figures.get("fmeasure").doubleValue(), within(TOLERANCE));
        }
    }

    @Test
    void comparesAnswersAsSquad() {
        for (JsonNode answer : golden.get("squad")) {
            List<TextPair> pair =
                    List.of(new TextPair(answer.get("prediction").stringValue(), strings(answer.get("golds"))));
            assertThat(new Squad(Squad.Kind.EXACT_MATCH, Squad.Articles.ENGLISH)
                            .tally(pair)
                            .score())
                    .isEqualTo(answer.get("em").doubleValue());
            assertThat(new Squad(Squad.Kind.F1, Squad.Articles.ENGLISH)
                            .tally(pair)
                            .score())
                    .isCloseTo(answer.get("f1").doubleValue(), within(TOLERANCE));
        }
        for (JsonNode sentence : golden.get("sentence")) {
            TextPair pair = new TextPair(sentence.get("hyp").stringValue(), strings(sentence.get("refs")));
            assertThat(new Squad(Squad.Kind.F1, Squad.Articles.ENGLISH)
                            .tally(List.of(pair))
                            .score())
                    .isCloseTo(sentence.get("squad_f1").doubleValue(), within(TOLERANCE));
            for (int i = 0; i < pair.references().size(); i++) {
                assertThat(
                                ExactMatch.STRICT.isSame(
                                                pair.answer(), pair.references().get(i))
                                        ? 1.0
                                        : 0.0)
                        .isEqualTo(sentence.get("exact_match").get(i).doubleValue());
            }
        }
    }
}
