package dev.lilla.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Questions on a passage about one or two products or firms.
///
/// The passage comes first, so that two examples of the same dice tell the same and only their questions differ. The
/// answer repeats what is asked for, of whom, before it gives the value or says that the text has none: by then a small
/// model has all in one place by which it looks the value up.
///
/// Training is broader than the tests: many passages about two things tell but one fact of each, and the two
/// questions on a passage may ask for the same of one thing and of the other, so that nothing but the name tells the
/// answers apart. Where a passage is about one thing only, a question may leave out which; then so does the answer.
final class QuestionMaker {
    /// Part of the training passages that may tell a single fact: finding one is learned before choosing one.
    private static final int SHORT_PERCENT = 40;
    /// Part of the training passages about two things that tell the same fact of both and nothing else.
    private static final int SAME_PERCENT = 30;
    /// Part of them that tell one fact of each, never the same.
    private static final int APART_PERCENT = 25;
    /// Part of the training passages with a sentence that tells no fact.
    private static final int FILLER_PERCENT = 30;
    /// Part of the training questions about the only thing in a passage that do not name it.
    private static final int BARE_PERCENT = 40;
    /// Part of these that call it something like "it", and of the others that are asked in the words of the attribute.
    private static final int PRONOUN_PERCENT = 25;
    private static final int OWN_WORDS_PERCENT = 65;

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

    /// How much a passage tells.
    private enum Shape {
        /// Some facts of each thing, and of two things one fact of both.
        FULL,
        /// The same fact of both things and nothing else.
        SAME,
        /// One fact of each thing, never the same.
        APART;

        /// How many facts it tells of one thing only, where `full` is what the first shape tells.
        int own(int full) {
            return switch (this) {
                case FULL -> full;
                case SAME -> 0;
                case APART -> 1;
            };
        }
    }

    private final Grammar grammar;

    QuestionMaker(Language language) {
        grammar = Grammar.loadBroad("qa", language);
    }

    /// @param draw dice that the two questions of a passage share
    /// @param question dice of this question; they make no names
    /// @param parity 0 for the first question of a passage, which is answerable; 1 for the second
    Turns make(Draw draw, Draw question, int parity) {
        String topic = draw.chance(65) ? "product" : "firm";
        boolean training = draw.split() == Split.TRAIN;
        List<String> attributes = draw.shuffled(attributes(topic, training));
        int count = draw.chance(training ? 42 : 50) ? 1 : 2;
        Shape shape = shape(draw, count);
        List<String> common = attributes.subList(0, count == 2 && shape != Shape.APART ? 1 : 0);
        int fewest = training && draw.chance(SHORT_PERCENT) ? 1 : 2;
        int next = common.size();
        Passage passage = new Passage(draw, grammar, topic, count == 1);
        for (int thing = 0; thing < count; thing++) {
            int own = shape.own(fewest + draw.random().nextInt(count == 1 ? 3 : 2));
            List<String> told = new ArrayList<>(common);
            told.addAll(attributes.subList(next, next + own));
            next += own;
            passage.tell(told);
        }
        if (draw.broader(FILLER_PERCENT)) {
            passage.insert("more.filler");
        }
        List<Thing> things = passage.things();
        boolean bothAnswerable = shape == Shape.SAME || draw.chance(training ? 8 : 20);
        boolean turns = training && (shape != Shape.FULL || draw.chance(50));
        int first = draw.random().nextInt(count);
        Thing asked = things.get(turns ? (first + parity) % count : first);
        List<String> untold = attributes.subList(next, attributes.size());
        Kind wished = kind(question, count, parity == 0 || bothAnswerable);
        return ask(question, possible(wished, asked, things), asked, things, untold, passage.text());
    }

    private List<String> attributes(String topic, boolean training) {
        List<String> attributes = new ArrayList<>(grammar.lines(topic + ".attributes"));
        if (training) {
            attributes.addAll(grammar.lines(Grammar.more(topic + ".attributes")));
        }
        return attributes;
    }

    private static Shape shape(Draw draw, int count) {
        if (count == 1 || draw.split() != Split.TRAIN) {
            return Shape.FULL;
        }
        int die = draw.random().nextInt(100);
        if (die < SAME_PERCENT) {
            return Shape.SAME;
        }
        return die < SAME_PERCENT + APART_PERCENT ? Shape.APART : Shape.FULL;
    }

    /// The kind itself, or the nearest that the passage has a question for.
    private static Kind possible(Kind wished, Thing asked, List<Thing> things) {
        Set<String> own = asked.told().keySet();
        boolean shares = own.stream().anyMatch(fact -> things.stream().anyMatch(thing -> isOther(thing, asked, fact)));
        boolean onlyShares =
                own.stream().allMatch(fact -> things.stream().anyMatch(thing -> isOther(thing, asked, fact)));
        return switch (wished) {
            case TWO_FACTS -> own.size() > 1 ? wished : possible(Kind.ONE_FACT, asked, things);
            case ONE_OF_TWO -> shares ? wished : Kind.ONE_FACT;
            case ONE_FACT -> onlyShares ? Kind.ONE_OF_TWO : wished;
            case ABSENT -> wished;
            case ABSENT_OTHER -> ofOther(asked, things).isEmpty() ? Kind.ABSENT : wished;
        };
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
        List<String> own =
                question.shuffled(asked.told().keySet().stream().sorted().toList());
        List<String> unique = own.stream()
                .filter(attribute -> things.stream().noneMatch(other -> isOther(other, asked, attribute)))
                .toList();
        String first = switch (kind) {
            case ONE_FACT -> unique.getFirst();
            case ONE_OF_TWO -> shared(own, unique);
            case TWO_FACTS -> own.getFirst();
            case ABSENT -> WordLists.any(untold, question.random());
            case ABSENT_OTHER -> WordLists.any(ofOther(asked, things), question.random());
        };
        String second = own.getLast();
        question.bind("name", asked.name());
        question.bind("value", asked.told().getOrDefault(first, ""));
        question.bind("value2", asked.told().getOrDefault(second, ""));
        question.bind("first", question.say(grammar, grammar.ownOrMore(first + ".noun")));
        question.bind("second", question.say(grammar, grammar.ownOrMore(second + ".noun")));
        boolean bare = things.size() == 1 && question.broader(BARE_PERCENT);
        String line = bare ? bareLine(question, kind, first) : line(question, kind, first);
        String answer = question.say(grammar, (bare ? "more.bare." : "") + answer(kind));
        String fixed = Instructions.answer(question.language());
        String instruction = Instructions.vary(question, fixed, grammar, "instruction");
        return Turns.of(
                question,
                grammar,
                kind.label(),
                Instructions.above(question, instruction, line + "\n" + passage),
                bare || asked.isDescribed() ? NameMaker.capitalized(answer) : answer);
    }

    private String line(Draw question, Kind kind, String attribute) {
        return question.say(
                grammar, kind == Kind.TWO_FACTS ? "both" : Passage.rule(question, grammar, attribute, ".ask"));
    }

    /// A question that does not say of what.
    private String bareLine(Draw question, Kind kind, String attribute) {
        if (kind == Kind.TWO_FACTS) {
            return question.say(grammar, "more.bare.both");
        }
        if (question.chance(PRONOUN_PERCENT)) {
            question.bind("name", question.say(grammar, "more.bare.name"));
            return question.say(grammar, grammar.ownOrMore(attribute + ".ask"));
        }
        return question.say(
                grammar, question.chance(OWN_WORDS_PERCENT) ? Grammar.more(attribute + ".bare") : "more.bare.ask");
    }

    private static String answer(Kind kind) {
        if (!kind.isAnswerable()) {
            return "unknown";
        }
        return kind == Kind.TWO_FACTS ? "answer.both" : "answer";
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

    /// What is told of another thing only, in a fixed order.
    private static List<String> ofOther(Thing asked, List<Thing> things) {
        return things.stream()
                .filter(thing -> !thing.equals(asked))
                .flatMap(thing -> thing.told().keySet().stream().sorted())
                .filter(attribute -> !asked.told().containsKey(attribute))
                .toList();
    }
}
