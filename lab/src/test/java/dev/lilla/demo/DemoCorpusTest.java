package dev.lilla.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoCorpusTest {
    private final DemoCorpus corpus = DemoCorpus.of(3);

    @Test
    void isAFunctionOfSeedSplitAndIndex() {
        assertThat(corpus.example(Split.TRAIN, 17)).isEqualTo(DemoCorpus.of(3).example(Split.TRAIN, 17));
        assertThat(corpus.example(Split.TRAIN, 17).text())
                .isNotEqualTo(DemoCorpus.of(4).example(Split.TRAIN, 17).text());
    }

    @Test
    void hardlyEverRepeatsAnExampleOfATaskWithNames() {
        List<String> texts = corpus.examples(Split.TRAIN, Task.EXTRACT, 0, 4000)
                .map(Example::text)
                .toList();
        assertThat(Set.copyOf(texts)).hasSizeGreaterThan(3990);
    }

    @Test
    void mixesTasksAndLanguagesByTheirShares() {
        List<Example> examples = corpus.examples(Split.TRAIN, 0, 20_000).toList();
        Map<Task, Long> tasks = examples.stream().collect(Collectors.groupingBy(Example::task, Collectors.counting()));
        assertThat(tasks.get(Task.QUESTION)).isBetween(9600L, 10_400L);
        assertThat(tasks.get(Task.ECHO)).isBetween(600L, 1000L);
        assertThat(examples.stream().filter(e -> e.language() == Language.SV).count())
                .isBetween(3000L, 4200L);
    }

    @Test
    void pairsQuestionsOnThePassageTheyShare() {
        int unknown = 0;
        for (long index = 0; index < 1000; index += 2) {
            Example first = corpus.example(Split.TRAIN, Task.QUESTION, index);
            Example second = corpus.example(Split.TRAIN, Task.QUESTION, index + 1);
            assertThat(passage(second)).isEqualTo(passage(first));
            assertThat(isUnknown(first)).isFalse();
            unknown += isUnknown(second) ? 1 : 0;
        }
        assertThat(unknown / 1000.0).isBetween(0.36, 0.44);
    }

    private static boolean isUnknown(Example question) {
        return question.answer()
                .endsWith(question.language() == Language.EN ? " is not in the text." : " finns inte i texten.");
    }

    @Test
    void asksOfEitherThingSoThatOnlyTheNameTellsTheAnswersApart() {
        int sameFact = 0;
        int saidOfTheOther = 0;
        for (long index = 0; index < 2000; index += 2) {
            Example first = corpus.example(Split.TRAIN, Task.QUESTION, index);
            Example second = corpus.example(Split.TRAIN, Task.QUESTION, index + 1);
            if (first.kind().equals("one of two") && second.kind().equals("one of two")) {
                if (!subject(first).equals(subject(second))) {
                    sameFact++;
                    assertThat(first.answer()).isNotEqualTo(second.answer());
                }
            } else if (second.kind().equals("absent, other")) {
                saidOfTheOther++;
                assertThat(isUnknown(second)).isTrue();
                String subject = subject(second);
                boolean named = second.names().stream().anyMatch(subject::startsWith);
                assertThat(named ? passage(second) : passage(second).toLowerCase(Locale.ROOT))
                        .contains(named ? subject : stem(subject));
            }
        }
        assertThat(sameFact).isBetween(120, 260);
        assertThat(saidOfTheOther).isBetween(120, 260);
    }

    private static String subject(Example question) {
        return question.answer().substring(0, question.answer().indexOf(": "));
    }

    /// How the last word begins: a passage may call "our new kettle" what the question calls "the kettle".
    private static String stem(String subject) {
        String word = subject.substring(subject.lastIndexOf(' ') + 1).toLowerCase(Locale.ROOT);
        return word.substring(0, Math.min(3, word.length()));
    }

    @Test
    void broadensTrainingButNotTheTests() {
        assertThat(shareOfBroaderMessages(Split.TRAIN)).isGreaterThan(0.35);
        for (Split tests : List.of(Split.KNOWN_PHRASING, Split.HELD_OUT_PHRASING, Split.FOREIGN_NAMES)) {
            assertThat(shareOfBroaderMessages(tests)).as(tests.label()).isLessThan(0.03);
        }
    }

    /// Part of the English messages in which a sentence begins as those of the broader rules.
    private double shareOfBroaderMessages(Split split) {
        Grammar grammar = Grammar.loadBroad("classify", Language.EN);
        List<Pattern> broader = Stream.concat(ClassifyMaker.CATEGORIES.stream(), ClassifyMaker.URGENCIES.stream())
                .flatMap(which -> grammar.rule("more." + which).known().stream())
                .filter(phrase -> phrase.fixedLetters() > 3)
                .map(phrase -> Pattern.compile("(?<=[.!?,:] |\n)" + phrase.pattern(), Pattern.UNICODE_CASE))
                .toList();
        List<String> requests = corpus.examples(split, Task.CLASSIFY, 0, 2000)
                .filter(example -> example.language() == Language.EN)
                .map(Example::request)
                .toList();
        long found = requests.stream()
                .filter(request -> broader.stream()
                        .anyMatch(pattern -> pattern.matcher(request).find()))
                .count();
        return (double) found / requests.size();
    }

    @Test
    void extractsOnlyWhatTheMessageSays() {
        corpus.examples(Split.KNOWN_PHRASING, Task.EXTRACT, 0, 500).forEach(example -> {
            JsonNode answer = JsonMapper.shared().readTree(example.answer());
            for (String key : answer.propertyNames()) {
                JsonNode value = answer.get(key);
                assertThat(value.isNull() || example.request().contains(value.asString()))
                        .as(example.text())
                        .isTrue();
            }
        });
    }

    @Test
    void usesEveryAttributeInAProductText() {
        corpus.examples(Split.TRAIN, Task.PRODUCT, 0, 300).forEach(example -> {
            String attributes = example.request().substring(example.request().indexOf('\n') + 1);
            for (String attribute : attributes.split(", (?=\\p{L}+: )")) {
                assertThat(example.answer()).contains(attribute.substring(attribute.indexOf(": ") + 2));
            }
        });
    }

    @Test
    void makesTestsOfHeldOutNamesAndSkeletons() {
        for (Example example :
                corpus.examples(Split.HELD_OUT_PHRASING, Task.CLASSIFY, 0, 300).toList()) {
            assertThat(example.names()).isNotEmpty().allMatch(World::isHeldOut);
            assertThat(example.skeletons()).isNotEmpty();
        }
        Set<String> trained = corpus.examples(Split.TRAIN, 0, 5000)
                .flatMap(example -> example.skeletons().stream())
                .collect(Collectors.toSet());
        Set<String> tested = corpus.examples(Split.HELD_OUT_PHRASING, 0, 5000)
                .flatMap(example -> example.skeletons().stream())
                .collect(Collectors.toSet());
        assertThat(tested).hasSizeGreaterThan(300).doesNotContainAnyElementsOf(trained);
    }

    @Test
    void hasFortyToSixtyPhrasingsOfACategoryAndHoldsAQuarterOut() {
        Grammar grammar = Grammar.load("classify", Language.EN);
        for (String category : ClassifyMaker.CATEGORIES) {
            Rule rule = grammar.rule("category." + category);
            int all = rule.known().size() + rule.heldOut().size();
            assertThat(rule.known().size()).as(category).isBetween(40, 60);
            assertThat(rule.heldOut().size() * 4).isGreaterThanOrEqualTo(all);
        }
    }

    @Test
    void leaksNothingButWhatChancePutsTogether() {
        HouseCorpus house = HouseCorpus.of(3);
        Stream<Example> tests = Stream.of(Split.KNOWN_PHRASING, Split.HELD_OUT_PHRASING, Split.FOREIGN_NAMES)
                .flatMap(split -> Stream.concat(corpus.examples(split, 0, 1000), house.examples(split, 0, 300)));
        LeakCheck check = new LeakCheck(tests);
        assertThat(house.examples(Split.TRAIN, 0, HouseCorpus.TRAINING_LOGS)).allMatch(check::read);
        long leftOut = corpus.examples(Split.TRAIN, 0, 8000)
                .filter(example -> !check.read(example))
                .count();
        assertThat(leftOut).isLessThan(30);
        assertThat(check.report().leaks()).allMatch(leak -> leak.startsWith("the skeleton '"));
        assertThat(check.report().names()).isGreaterThan(1000);
        assertThat(check.report().skeletons()).isGreaterThan(500);
    }

    @Test
    void findsALeak() {
        Example test = corpus.example(Split.HELD_OUT_PHRASING, Task.CLASSIFY, 0);
        LeakCheck check = new LeakCheck(Stream.of(test));
        assertThat(check.read(new Example(
                        Task.CLASSIFY, test.language(), Split.TRAIN, "", test.messages(), List.of(), List.of())))
                .isFalse();
        assertThat(check.report().leaks())
                .anyMatch(leak -> leak.startsWith("the test request"))
                .anyMatch(leak -> leak.startsWith("the name"))
                .anyMatch(leak -> leak.startsWith("the skeleton"));
    }

    @Test
    void keepsTheHouseOutOfTheMixture() {
        HouseCorpus house = HouseCorpus.of(3);
        Set<String> policies = new HashSet<>(house.policies(Language.EN));
        policies.addAll(house.policies(Language.SV));
        corpus.examples(Split.TRAIN, 0, 5000)
                .forEach(example -> assertThat(policies.stream().anyMatch(example.text()::contains)
                                || example.text().contains("Kvitto!")
                                || example.text().contains("Warmly, Kvitto"))
                        .isFalse());
    }

    @Test
    void takesNamesOfManyLanguagesInTrainingAlone() {
        Pattern wide = Pattern.compile("[łçğıñõÿúûæ]");
        assertThat(corpus.examples(Split.TRAIN, Task.EXTRACT, 0, 500)
                        .filter(example -> wide.matcher(example.text()).find())
                        .count())
                .isBetween(50L, 400L);
        for (Split split : List.of(Split.KNOWN_PHRASING, Split.HELD_OUT_PHRASING)) {
            assertThat(corpus.examples(split, Task.EXTRACT, 0, 500))
                    .noneMatch(example -> wide.matcher(example.text()).find());
        }
        assertThat(HouseCorpus.of(3).examples(Split.TRAIN, 0, 500))
                .noneMatch(example -> wide.matcher(example.text()).find());
    }

    @Test
    void refusesATaskThatASplitLacks() {
        assertThatThrownBy(() -> corpus.example(Split.FOREIGN_NAMES, Task.TALK, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TALK");
    }

    private static String passage(Example example) {
        return example.request().substring(example.request().lastIndexOf('\n') + 1);
    }
}
