package dev.lilla.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lilla.Oracle;
import dev.lilla.generate.ModelText;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ExampleSetTest {
    private static ModelText text() {
        try (ModelDescription description = ModelDescription.open(Oracle.model("qwen2"), LoadOptions.DEFAULT)) {
            return ModelText.of(description);
        }
    }

    private static Example pair(int line, String prompt, String completion) {
        return new Example.Completion(line, Optional.empty(), prompt, completion);
    }

    private static EncodedExample only(Example example, EncodingOptions options) {
        ExampleSet set = ExampleSet.encode("data", List.of(example), text(), options);
        assertThat(set.size()).isEqualTo(1);
        return set.get(0);
    }

    @Nested
    class Weights {
        @Test
        void countThePromptAsMuchAsAsked() {
            EncodingOptions options = new EncodingOptions(
                    200, 0.25f, EncodingOptions.Prompts.TEMPLATE, EncodingOptions.TooLong.CUT, Map.of());
            EncodedExample example = only(pair(1, "why?", "because"), options);
            Set<Float> found = new HashSet<>();
            for (int i = 1; i < example.length(); i++) {
                found.add(example.weights()[i]);
            }
            assertThat(example.weights()[0]).isZero();
            assertThat(found).containsExactlyInAnyOrder(0.25f, 1f);
        }

        @Test
        void areThoseOfTheCompletionAndItsEndWithoutATemplate() {
            ModelText text = text();
            EncodingOptions options =
                    new EncodingOptions(200, 0, EncodingOptions.Prompts.RAW, EncodingOptions.TooLong.CUT, Map.of());
            EncodedExample example = only(pair(1, "one two", " three"), options);
            int prompt = text.text("one two").length;
            assertThat(example.tokens()[example.length() - 1])
                    .isEqualTo(text.tokenizer().endOfText().getAsInt());
            for (int i = 0; i < example.length(); i++) {
                assertThat(example.weights()[i]).isEqualTo(i < prompt ? 0 : 1);
            }
        }

        @Test
        void cutTextsIntoWindowsThatPredictEachTokenOnce() {
            ModelText text = text();
            String words = "many words in a row, and more of them to come";
            ExampleSet set =
                    ExampleSet.encode("data", List.of(new Example.Text(1, words)), text, EncodingOptions.of(8));
            List<Integer> predicted = new ArrayList<>();
            for (int window = 0; window < set.size(); window++) {
                EncodedExample example = set.get(window);
                assertThat(example.length()).isLessThanOrEqualTo(8);
                for (int i = 1; i < example.length(); i++) {
                    assertThat(example.weights()[i]).isEqualTo(1);
                    predicted.add(example.tokens()[i]);
                }
            }
            List<Integer> expected = new ArrayList<>();
            for (int token : text.text(words)) {
                expected.add(token);
            }
            expected.add(text.tokenizer().endOfText().getAsInt());
            assertThat(predicted).isEqualTo(expected.subList(1, expected.size()));
        }
    }

    @Nested
    class Report {
        @Test
        void namesTheLinesThatWereCutOrDroppedAndWhy() {
            List<Example> examples = List.of(
                    pair(1, "short", "one"),
                    pair(2, "short", "one that goes on and on and on and on and on and on and on and on and on"),
                    pair(3, "a prompt that is so long ".repeat(20), "that nothing is left"),
                    new Example.Conversation(4, List.of(Map.of("role", "user", "content", "hi")), Map.of()),
                    new Example.Text(5, "  "));
            ExampleReport report = ExampleSet.encode("data", examples, text(), EncodingOptions.of(60))
                    .report();
            assertThat(report.examples()).isEqualTo(5);
            assertThat(report.sequences()).isEqualTo(2);
            assertThat(report.cut()).containsExactly(2);
            assertThat(report.dropped())
                    .containsEntry("the first 60 tokens hold none to learn", List.of(3))
                    .containsEntry("no turn of the assistant", List.of(4))
                    .containsEntry("an empty text", List.of(5));
            assertThat(report.lengths().longest()).isEqualTo(60);
            assertThat(report.learnedShare()).isBetween(0.01, 0.99);
        }

        @Test
        void findsExamplesThatAreOnBothSides() {
            ExampleSet train = ExampleSet.encode(
                    "train",
                    List.of(pair(1, "Why?", "Because."), pair(2, "a", "b"), pair(3, "why? ", "because.")),
                    text(),
                    EncodingOptions.of(100));
            ExampleSet validation = ExampleSet.encode(
                            "validation",
                            List.of(pair(1, "c", "d"), pair(2, "WHY?", "\nbecause.")),
                            text(),
                            EncodingOptions.of(100))
                    .comparedWith(train);
            assertThat(train.report().repeated()).containsExactly(3);
            assertThat(validation.report().shared()).containsExactly(2);
        }

        @Test
        void refusesASetOfNothing() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ExampleSet.encode(
                            "data.txt", List.of(new Example.Text(1, " ")), text(), EncodingOptions.of(100)))
                    .withMessageContaining("data.txt: no example is left");
        }
    }

    @Nested
    class Splits {
        private static List<Example> examples() {
            List<Example> examples = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                examples.add(pair(i + 1, "prompt " + i / 2, "answer"));
            }
            return examples;
        }

        @Test
        void keepExamplesThatSayTheSameTogether() {
            Split split = Split.atRandom(examples(), 0.1, 5);
            assertThat(split.validation()).hasSize(10);
            assertThat(split.train()).hasSize(90);
            Set<String> train = new HashSet<>();
            split.train().forEach(example -> train.add(Fingerprint.of(example)));
            assertThat(split.validation())
                    .allSatisfy(example -> assertThat(train).doesNotContain(Fingerprint.of(example)));
        }

        @Test
        void areTheSameForTheSameSeedOnly() {
            assertThat(Split.atRandom(examples(), 0.1, 5)).isEqualTo(Split.atRandom(examples(), 0.1, 5));
            assertThat(Split.atRandom(examples(), 0.1, 6)).isNotEqualTo(Split.atRandom(examples(), 0.1, 5));
        }

        @Test
        void leaveSomethingToTrainOn() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Split.atRandom(List.of(pair(1, "a", "b"), pair(2, "a", "b")), 0.5, 1))
                    .withMessageContaining("none is left to train on");
        }
    }

    @Test
    void hasADigestOfItsTokensAndWeights() {
        EncodingOptions some = EncodingOptions.of(100);
        ExampleSet set = ExampleSet.encode("a", List.of(pair(1, "a", "b")), text(), some);
        assertThat(ExampleSet.encode("b", List.of(pair(9, "a", "b")), text(), some)
                        .digest())
                .isEqualTo(set.digest());
        assertThat(ExampleSet.encode("a", List.of(pair(1, "a", "c")), text(), some)
                        .digest())
                .isNotEqualTo(set.digest());
    }
}
