package dev.lilla.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Questions on a passage about one or two products or firms.
///
/// The passage comes first, so that two examples of the same dice tell the same and only their questions differ. The
/// answer repeats what is asked for, of whom, before it gives the value or says that the text has none: by then a small
/// model has all in one place by which it looks the value up.
final class QuestionMaker {
    /// Part of the training passages that may tell a single fact: finding one is learned before choosing one.
    private static final int SHORT_PERCENT = 40;

    /// What is asked, by what the passage tells.
    enum Kind {
        /// A fact of the only thing in the passage, or one that only this thing has.
        ONE_FACT("one fact"),
        /// A fact that the passage gives for both things.
        ONE_OF_TWO("one of two"),
        /// Two facts of the same thing.
        TWO_FACTS("two facts"),
        /// A fact that is nowhere in the passage.
        ABSENT("absent"),
        /// A fact that the passage gives for the other thing only.
        ABSENT_OTHER("absent, other");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        boolean isAnswerable() {
            return this != ABSENT && this != ABSENT_OTHER;
        }
    }

    private final Grammar grammar;

    QuestionMaker(Language language) {
        grammar = Grammar.load("qa", language);
    }

    /// A thing and what is told of it: values by attribute.
    private record Thing(String name, Map<String, String> told) {}

    /// @param draw dice that the two questions of a passage share
    /// @param question dice of this question; they make no names
    /// @param parity 0 for the first question of a passage, which is answerable; 1 for the second
    Turns make(Draw draw, Draw question, int parity) {
        String topic = draw.chance(65) ? "product" : "firm";
        List<String> attributes = shuffled(grammar.lines(topic + ".attributes"), draw);
        List<Thing> things = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        int count = draw.chance(50) ? 1 : 2;
        List<String> common = attributes.subList(0, count == 2 ? 1 : 0);
        int fewest = draw.split() == Split.TRAIN && draw.chance(SHORT_PERCENT) ? 1 : 2;
        int next = common.size();
        for (int thing = 0; thing < count; thing++) {
            int own = fewest + draw.random().nextInt(count == 1 ? 3 : 2);
            List<String> told = new ArrayList<>(common);
            told.addAll(attributes.subList(next, next + own));
            next += own;
            things.add(tell(draw, topic, told, things, count == 1, sentences));
        }
        String passage = String.join(" ", sentences);
        boolean bothAnswerable = draw.chance(20);
        Thing asked = WordLists.any(things, draw.random());
        List<String> untold = attributes.subList(next, attributes.size());
        Kind kind = kind(question, count, parity == 0 || bothAnswerable);
        if (kind == Kind.TWO_FACTS && asked.told().size() < 2) {
            kind = Kind.ONE_FACT;
        }
        return ask(question, kind, asked, things, untold, passage);
    }

    private Thing tell(
            Draw draw, String topic, List<String> told, List<Thing> others, boolean alone, List<String> sentences) {
        String name = newName(draw, topic, others);
        draw.bind("name", name);
        boolean introduced = draw.chance(60);
        if (introduced) {
            sentences.add(draw.sentence(grammar, topic + ".intro"));
        }
        Map<String, String> values = new HashMap<>();
        for (String attribute : shuffled(told, draw)) {
            boolean byType = alone && introduced && topic.equals("product") && draw.chance(35);
            draw.bind("subject", byType ? draw.value("definite") : name);
            for (String slot : List.of("town", "customer", "color", "material", "phone")) {
                draw.forget(slot);
            }
            String value = draw.say(grammar, attribute + ".value");
            values.put(attribute, value);
            draw.bind("value", value);
            sentences.add(draw.sentence(grammar, attribute + ".say"));
        }
        return new Thing(name, values);
    }

    /// A name that no other thing of the passage has.
    private static String newName(Draw draw, String topic, List<Thing> others) {
        while (true) {
            for (String slot : List.of("name", "firm", "type")) {
                draw.forget(slot);
            }
            String name = draw.value(topic.equals("firm") ? "firm" : "name");
            if (others.stream().noneMatch(other -> other.name().equals(name))) {
                return name;
            }
        }
    }

    private static Kind kind(Draw question, int count, boolean answerable) {
        if (answerable) {
            int die = question.random().nextInt(100);
            if (die < 20) {
                return Kind.TWO_FACTS;
            }
            return count == 2 && die < 60 ? Kind.ONE_OF_TWO : Kind.ONE_FACT;
        }
        return count == 2 && question.chance(60) ? Kind.ABSENT_OTHER : Kind.ABSENT;
    }

    private Turns ask(Draw question, Kind kind, Thing asked, List<Thing> things, List<String> untold, String passage) {
        question.bind("name", asked.name());
        List<String> own = shuffled(asked.told().keySet().stream().sorted().toList(), question);
        List<String> unique = own.stream()
                .filter(attribute -> things.stream().noneMatch(other -> isOther(other, asked, attribute)))
                .toList();
        String first = switch (kind) {
            case ONE_FACT -> unique.getFirst();
            case ONE_OF_TWO -> shared(own, unique);
            case TWO_FACTS -> own.getFirst();
            case ABSENT -> WordLists.any(untold, question.random());
            case ABSENT_OTHER -> ofOther(asked, things, question);
        };
        String second = own.getLast();
        question.bind("first", question.say(grammar, first + ".noun"));
        question.bind("second", question.say(grammar, second + ".noun"));
        String line = question.say(grammar, kind == Kind.TWO_FACTS ? "both" : first + ".ask");
        String answer = answer(question, kind, asked, first, second);
        String fixed = Instructions.answer(question.language());
        String instruction = Instructions.vary(question, fixed, grammar, "instruction");
        return Turns.of(question, grammar, kind.label(), instruction + "\n" + line + "\n" + passage, answer);
    }

    private String answer(Draw question, Kind kind, Thing asked, String first, String second) {
        if (!kind.isAnswerable()) {
            return question.say(grammar, "unknown");
        }
        question.bind("value", asked.told().getOrDefault(first, ""));
        question.bind("value2", asked.told().getOrDefault(second, ""));
        return question.say(grammar, kind == Kind.TWO_FACTS ? "answer.both" : "answer");
    }

    private static boolean isOther(Thing other, Thing asked, String attribute) {
        return !other.equals(asked) && other.told().containsKey(attribute);
    }

    private static String shared(List<String> own, List<String> unique) {
        return own.stream()
                .filter(attribute -> !unique.contains(attribute))
                .findFirst()
                .orElseThrow();
    }

    private static String ofOther(Thing asked, List<Thing> things, Draw question) {
        List<String> others = things.stream()
                .filter(thing -> !thing.equals(asked))
                .flatMap(thing -> thing.told().keySet().stream().sorted())
                .filter(attribute -> !asked.told().containsKey(attribute))
                .toList();
        return WordLists.any(others, question.random());
    }

    private static List<String> shuffled(List<String> list, Draw draw) {
        List<String> shuffled = new ArrayList<>(list);
        for (int at = shuffled.size() - 1; at > 0; at--) {
            int other = draw.random().nextInt(at + 1);
            String moved = shuffled.get(at);
            shuffled.set(at, shuffled.get(other));
            shuffled.set(other, moved);
        }
        return shuffled;
    }
}
