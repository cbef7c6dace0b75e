package dev.lilla.demo;

import dev.lilla.chat.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// The customer-service logs of Kvitto, a fictional Nordic payments company: categories, tone and policies of its own.
///
/// Like [DemoCorpus] a pure function of seed, split and index. The requests for a category read as in the general
/// mixture; the system turn tells whose categories are meant.
public final class HouseCorpus {
    /// How many logs an adapter is trained on.
    public static final int TRAINING_LOGS = 2_000;

    /// The most logs that are shown as examples before a question.
    public static final int SHOWN_MAX = 20;

    /// Logs of a task, in both languages, of which the shortest are shown.
    private static final int SHOWN_OF = 200;

    static final List<String> URGENCIES = List.of("today", "this week", "when possible");

    private static final int SWEDISH_PERCENT = 18;

    private final long seed;
    private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);

    private HouseCorpus(long seed) {
        this.seed = seed;
        for (Language language : Language.values()) {
            grammars.put(language, Grammar.load("house", language));
        }
    }

    public static HouseCorpus of(long seed) {
        return new HouseCorpus(seed);
    }

    /// The log at an index of a split: four in ten ask for category and urgency, four for a reply, two for a slip.
    public Example example(Split split, long index) {
        Task task = random(split, index, 5).nextInt(10) < 8
                ? index % 2 == 0 ? Task.HOUSE_CLASSIFY : Task.HOUSE_REPLY
                : Task.HOUSE_SLIP;
        return example(split, task, index);
    }

    /// The log of a task at an index of a split.
    ///
    /// @throws IllegalArgumentException if the index is negative or the task does not belong to the house
    public Example example(Split split, Task task, long index) {
        if (index < 0 || !task.isHouse()) {
            throw new IllegalArgumentException("no example " + index + " of " + task + " in the logs of the house");
        }
        SplittableRandom random = random(split, index, 6 + task.label().length());
        Language language = random.nextInt(100) < SWEDISH_PERCENT ? Language.SV : Language.EN;
        Draw draw = new Draw(split, language, random).withoutForeignForms();
        return DemoCorpus.example(task, draw, make(draw, task));
    }

    /// So many logs from an index on.
    public Stream<Example> examples(Split split, long from, long count) {
        return LongStream.range(from, from + count).mapToObj(index -> example(split, index));
    }

    /// Short training logs of a task in a language, the shortest first: five of them leave room for a question in the
    /// context of the demo models.
    ///
    /// @param count [#SHOWN_MAX] at most
    public List<Example> shortest(Task task, Language language, int count) {
        return LongStream.range(0, SHOWN_OF)
                .mapToObj(index -> example(Split.TRAIN, task, index))
                .filter(log -> log.language() == language)
                .sorted(Comparator.comparingInt(log -> log.text().length()))
                .limit(count)
                .toList();
    }

    /// A question with solved logs before it, the way a model without an adapter is shown what is wanted.
    public static List<Message> after(List<Example> logs, Example asked) {
        List<Message> messages = new ArrayList<>();
        messages.add(asked.messages().getFirst());
        for (Example log : logs) {
            messages.add(Message.user(log.request()));
            messages.add(Message.assistant(log.answer()));
        }
        messages.add(Message.user(asked.request()));
        return messages;
    }

    /// The policies of a language, by topic in the order of the file.
    public List<String> policies(Language language) {
        Grammar grammar = grammar(language);
        return grammar.lines("topics").stream()
                .flatMap(topic -> grammar.lines(topic + ".tell").stream())
                .toList();
    }

    /// All that a reply says between the greeting and the name of the house; empty if it is no such reply.
    public static String policy(String reply) {
        int start = reply.indexOf("! ");
        int end = reply.lastIndexOf(". ");
        return start < 0 || end < start ? "" : reply.substring(start + 2, end + 1);
    }

    private Turns make(Draw draw, Task task) {
        Grammar grammar = grammar(draw.language());
        String topic = WordLists.any(grammar.lines("topics"), draw.random());
        String category = topic.substring(0, topic.indexOf('.'));
        String urgency = WordLists.any(URGENCIES, draw.random());
        boolean slip = task == Task.HOUSE_SLIP;
        Letter letter = new Letter(draw, grammar).greeted(50);
        if (slip || draw.chance(35)) {
            letter.add("lead");
        }
        letter.add(topic + ".ask");
        if (task != Task.HOUSE_REPLY || draw.chance(50)) {
            letter.add("urgency." + urgency);
        }
        if (slip || draw.chance(20)) {
            letter.insert("case");
        }
        if (draw.chance(25)) {
            letter.insert("filler");
        }
        String text = letter.signed().text();
        String customer = draw.value("customer");
        draw.bind("first", customer.substring(0, customer.indexOf(' ')));
        draw.bind("policy", draw.say(grammar, topic + ".tell"));
        draw.bind("category", category);
        draw.bind("urgency", urgency);
        String instruction = draw.say(grammar, task.label().substring("house-".length()) + ".instruction");
        String answer = switch (task) {
            case HOUSE_REPLY -> draw.say(grammar, "reply");
            case HOUSE_SLIP -> draw.say(grammar, "slip");
            default -> "category: " + category + "\nurgency: " + urgency;
        };
        return new Turns(
                topic,
                List.of(
                        Message.system(draw.say(grammar, "system")),
                        Message.user(instruction + "\n" + text),
                        Message.assistant(answer)));
    }

    private Grammar grammar(Language language) {
        Grammar grammar = grammars.get(language);
        if (grammar == null) {
            throw new IllegalStateException("no house grammar of " + language);
        }
        return grammar;
    }

    private SplittableRandom random(Split split, long index, int purpose) {
        return DemoCorpus.random(seed, split, index, purpose);
    }
}
