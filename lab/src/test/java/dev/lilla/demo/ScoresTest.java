package dev.lilla.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoresTest {
    /// The worked values of Wilson's interval for 8 of 10: 0.4902 and 0.9433.
    @Test
    void givesWilsonIntervals() {
        Score score = new Score("g", "exact", 8, 10);
        assertThat(score.low()).isCloseTo(0.4902, within(1e-4));
        assertThat(score.high()).isCloseTo(0.9433, within(1e-4));
        assertThat(new Score("g", "exact", 10, 10).high()).isEqualTo(1);
    }

    @Test
    void scoresWholeAnswersAndTheirParts() {
        Example example = DemoCorpus.of(1).example(Split.KNOWN_PHRASING, Task.CLASSIFY, 4);
        Scores scores = new Scores();
        scores.add(example, example.answer() + "\n");
        scores.add(example, example.answer().lines().findFirst().orElseThrow());
        assertThat(scores.list())
                .containsExactly(
                        new Score("classify, known", "category", 2, 2),
                        new Score("classify, known", "exact", 1, 2),
                        new Score("classify, known", "urgency", 1, 2));
    }

    @Test
    void scoresNoFieldOfBrokenJson() {
        Example example = DemoCorpus.of(1).example(Split.KNOWN_PHRASING, Task.EXTRACT, 4);
        Scores scores = new Scores();
        scores.add(example, "{\"customer\": ");
        assertThat(scores.list()).allMatch(score -> score.correct() == 0);
    }

    @Test
    void keywordsBeatTheMajorityOnKnownPhrasings() {
        HouseCorpus house = HouseCorpus.of(1);
        List<Example> logs =
                house.examples(Split.TRAIN, 0, HouseCorpus.TRAINING_LOGS).toList();
        assertThat(category(house, new HouseBaseline(HouseBaseline.Method.KEYWORDS, logs)))
                .isGreaterThan(2 * category(house, new HouseBaseline(HouseBaseline.Method.MAJORITY, logs)));
    }

    @Test
    void showsExamplesBeforeTheQuestion() {
        HouseCorpus house = HouseCorpus.of(1);
        Example asked = house.example(Split.KNOWN_PHRASING, Task.HOUSE_REPLY, 3);
        assertThat(HouseCorpus.after(house.shortest(asked.task(), asked.language(), 5), asked))
                .hasSize(12)
                .endsWith(asked.messages().get(1));
    }

    @Test
    void refusesMalformedPhrases() {
        assertThatThrownBy(() -> PhraseParser.parse("a (b|c")).hasMessageContaining("without ')'");
        assertThatThrownBy(() -> PhraseParser.parse("a {9..2}")).hasMessageContaining("empty");
        assertThatThrownBy(() -> PhraseParser.parse("a {b")).hasMessageContaining("'}'");
        assertThatThrownBy(() -> PhraseParser.parse("(".repeat(20))).hasMessageContaining("deeper");
    }

    private static double category(HouseCorpus house, HouseBaseline baseline) {
        Scores scores = new Scores();
        house.examples(Split.KNOWN_PHRASING, 0, 500).forEach(log -> scores.add(log, baseline.answer(log)));
        return scores.list().stream()
                .filter(score -> score.what().equals("category"))
                .findFirst()
                .orElseThrow()
                .share();
    }
}
