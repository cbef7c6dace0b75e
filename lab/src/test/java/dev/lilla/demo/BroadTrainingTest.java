package dev.lilla.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What training has beside the sentences that tests are made of.
class BroadTrainingTest {
    private static final List<String> TASKS = List.of("classify", "extract", "qa", "summary", "product", "talk");

    private final DemoCorpus corpus = DemoCorpus.of(3);

    /// The hashes are those of the tests that the published figures are measured on.
    @ParameterizedTest
    @CsvSource({
        "KNOWN_PHRASING, -1470100964359429539",
        "HELD_OUT_PHRASING, -556842429615194200",
        "FOREIGN_NAMES, -7100498237480996397"
    })
    void leavesTheTestsAsTheyWere(Split split, long hash) {
        Stream<Example> ofEachTask = Stream.of(Task.values())
                .filter(task -> !task.isHouse() && task.occursIn(split))
                .flatMap(task -> corpus.examples(split, task, 0, 100));
        String tests = Stream.concat(corpus.examples(split, 0, 200), ofEachTask)
                .map(CorpusFile::line)
                .collect(Collectors.joining("\n"));
        assertThat(StableHash.of(tests)).isEqualTo(hash);
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void hasEveryBroaderRuleThatAMakerAsksForAndNoOther(Language language) {
        for (String task : TASKS) {
            Grammar grammar = Grammar.loadBroad(task, language);
            Set<String> asked = asked(task, grammar);
            assertThat(asked).as(grammar.name()).allMatch(grammar::has);
            assertThat(ResourceLines.read(task + ".more." + language.code() + ".txt")
                            .keySet())
                    .as(grammar.name())
                    .map(header -> header.substring(1, header.length() - 1))
                    .allMatch(rule -> asked.contains(rule) || mayBeAsked(task, grammar, rule));
        }
    }

    private static Set<String> asked(String task, Grammar grammar) {
        Stream<String> rules = switch (task) {
            case "classify" -> Stream.concat(ClassifyMaker.CATEGORIES.stream(), ClassifyMaker.URGENCIES.stream());
            case "extract" -> askedToExtract();
            case "qa" -> askedOfPassages(grammar);
            case "summary" ->
                Stream.of("shop.up", "shop.down", "firm.visits").flatMap(BroadTrainingTest::askedOfReports);
            case "product" ->
                Stream.concat(
                        Stream.of("attributes", "and"),
                        Stream.of("plain", "short", "cheerful")
                                .flatMap(style -> Stream.of(".instruction", ".opening", ".end")
                                        .map(style::concat)));
            default -> grammar.lines("intents").stream().map(intent -> intent + ".ask");
        };
        Stream<String> instruction = grammar.has("instruction") ? Stream.of("instruction") : Stream.empty();
        return Stream.concat(instruction, rules).map(Grammar::more).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> askedToExtract() {
        return Stream.of(
                        ExtractMaker.KEYS.stream(),
                        ExtractMaker.KEYS.stream().map("key."::concat),
                        ExtractMaker.TOGETHER.stream().map(keys -> String.join(".", keys)),
                        Stream.of("pair", "single", "single.good", "goods", "good", "number"),
                        Stream.of("", ".city", ".phone", ".city.phone").map(more -> "signature" + more))
                .flatMap(rules -> rules);
    }

    private static Stream<String> askedOfPassages(Grammar grammar) {
        Stream<String> prose = Stream.of("product", "firm")
                .flatMap(topic -> Stream.of(".attributes", ".described", ".mention", ".pronoun", ".idle")
                        .map(topic::concat));
        Stream<String> attributes = attributes(grammar, "")
                .flatMap(
                        attribute -> Stream.of(".say", ".ask", ".verb", ".bare").map(attribute::concat));
        Stream<String> more = attributes(grammar, "more.")
                .flatMap(attribute ->
                        Stream.of(".value", ".ask", ".verb", ".bare", ".noun").map(attribute::concat));
        Stream<String> common = Stream.of("say", "ask", "filler", "noun", "place");
        Stream<String> predicates = Stream.of(1, 2, 3).map(count -> "predicates." + count);
        Stream<String> bare = Stream.of("name", "both", "ask", "answer", "answer.both", "unknown")
                .map("bare."::concat);
        return Stream.of(prose, attributes, more, common, predicates, bare).flatMap(rules -> rules);
    }

    private static Stream<String> attributes(Grammar grammar, String more) {
        return Stream.of("product", "firm").flatMap(topic -> grammar.lines(more + topic + ".attributes").stream());
    }

    /// Rules that a language may do without.
    private static boolean mayBeAsked(String task, Grammar grammar, String rule) {
        return switch (task) {
            case "qa" -> attributes(grammar, "").anyMatch(attribute -> rule.equals(Grammar.more(attribute + ".value")));
            case "product" -> rule.matches("more\\.(plain|short|cheerful)\\.(extra|sentence|facts?)");
            default -> false;
        };
    }

    private static Stream<String> askedOfReports(String first) {
        String place = first.substring(0, first.indexOf('.'));
        List<String> others = place.equals("shop") ? List.of("best", "late") : List.of("canceled", "rating");
        String both = String.join(".", others);
        return Stream.of(
                first,
                place + "." + others.getFirst(),
                place + "." + others.getLast(),
                place + "." + both,
                place + ".filler",
                first + "." + others.getFirst(),
                first + "." + others.getLast(),
                first + "." + both);
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    void saysEveryDetailOfAnOrderAsItIsExtracted(Language language) {
        Map<String, List<String>> words = words(language);
        List<Example> orders = corpus.examples(Split.TRAIN, Task.EXTRACT, 0, 6000)
                .filter(example -> example.language() == language)
                .toList();
        int spelled = 0;
        for (Example example : orders) {
            JsonNode answer = JsonMapper.shared().readTree(example.answer());
            for (String key : answer.propertyNames()) {
                String value = answer.get(key).asString();
                if (answer.get(key).isNull() || hasWord(example.request(), value)) {
                    continue;
                }
                assertThat(answer.get(key).isNumber()).as(example.text()).isTrue();
                assertThat(words.getOrDefault(value, List.of()))
                        .as(example.text())
                        .anyMatch(word -> hasWord(example.request().toLowerCase(Locale.ROOT), word));
                spelled++;
            }
        }
        assertThat((double) spelled / orders.size()).isBetween(0.05, 0.25);
    }

    /// The words of each number that training has words for; a single piece has sentences of its own.
    private static Map<String, List<String>> words(Language language) {
        Stream<String> single = Stream.of("1 one", "1 single", "1 ett", "1 a", "1 en");
        return Stream.concat(single, Grammar.loadBroad("extract", language).lines("more.number").stream())
                .map(line -> line.split(" ", 2))
                .collect(Collectors.groupingBy(
                        parts -> parts[0], Collectors.mapping(parts -> parts[1], Collectors.toList())));
    }

    private static boolean hasWord(String text, String word) {
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
            int end = at + word.length();
            if ((at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)))
                    && (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)))) {
                return true;
            }
        }
        return false;
    }

    @Test
    void tellsEveryFactOfAReportThatItsLineHolds() {
        corpus.examples(Split.TRAIN, Task.SUMMARY, 0, 2000).forEach(example -> {
            for (String fact : example.answer().split(": |, |\\.$")) {
                String value = fact.replaceAll(
                        "^(sales (up|down)|best seller|rating|försäljning (upp|ned)|storsäljare|betyg) "
                                + "| (%|late deliveries|visits|canceled|sena leveranser|besök|avbokade)$",
                        "");
                assertThat(hasWord(example.request(), value))
                        .as(value + " in " + example.text())
                        .isTrue();
            }
        });
    }

    @Test
    void answersOnlyWithValuesThatThePassageHasAsTheyStand() {
        corpus.examples(Split.TRAIN, Task.QUESTION, 0, 4000)
                .filter(example -> example.kind().equals("one fact"))
                .forEach(example -> {
                    String answer = example.answer();
                    String is = example.language() == Language.EN ? " is " : " är ";
                    String value = answer.substring(answer.lastIndexOf(is) + is.length(), answer.length() - 1);
                    assertThat(example.request()).containsIgnoringCase(value);
                });
    }

    /// A sentence of a task whose choices need what only that task binds turns up once in tens of thousands.
    @Test
    void repeatsOnlySentencesThatNeedNothingOfTheirTask() {
        DemoCorpus other = DemoCorpus.of(10);
        assertThat(other.examples(Split.TRAIN, Task.ECHO, 0, 60_000))
                .allSatisfy(example -> assertThat(example.request()).endsWith(example.answer()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Classify: ", "Summarize: ", "Question: "})
    void goesOnAfterAColonOnTheSameLineInTrainingAlone(String instruction) {
        Stream<Example> training = Stream.of(Task.CLASSIFY, Task.SUMMARY, Task.QUESTION)
                .flatMap(task -> corpus.examples(Split.TRAIN, task, 0, 3000));
        assertThat(training.filter(example -> example.request().startsWith(instruction)))
                .isNotEmpty();
        for (Split tests : List.of(Split.KNOWN_PHRASING, Split.HELD_OUT_PHRASING, Split.FOREIGN_NAMES)) {
            assertThat(corpus.examples(tests, 0, 1000))
                    .noneMatch(example -> example.request().startsWith(instruction));
        }
    }
}
