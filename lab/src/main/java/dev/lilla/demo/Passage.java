package dev.lilla.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What is told of one or two things, sentence by sentence.
///
/// Training is broader than the tests: things without a name of their own ("the kettle"), and prose, in which a
/// sentence may tell several facts and later ones say "it".
final class Passage {
    /// Part of the training sentences and questions that come from the broader rules.
    private static final int MORE_PERCENT = 55;
    /// Part of those for all attributes.
    private static final int COMMON_PERCENT = 20;
    /// Part of the training values that are written in other ways than those of the tests.
    private static final int MORE_VALUES_PERCENT = 45;
    /// Part of the training things that are told of in prose.
    private static final int PROSE_PERCENT = 45;
    /// Part of the training things without a name of their own.
    private static final int DESCRIBED_PERCENT = 35;

    private static final int INTRODUCED_PERCENT = 60;
    private static final int BY_TYPE_PERCENT = 35;
    private static final int SHORTENED_PERCENT = 50;
    private static final int PRONOUN_PERCENT = 65;
    private static final int IDLE_PERCENT = 35;
    private static final int NOUN_PERCENT = 20;
    private static final int PREDICATES_MAX = 3;
    private static final List<String> VALUE_SLOTS = List.of("town", "customer", "color", "material", "phone");

    private final Draw draw;
    private final Grammar grammar;
    private final String topic;
    private final boolean isAlone;
    private final List<Thing> things = new ArrayList<>();
    private final List<String> sentences = new ArrayList<>();

    /// @param topic `product` or `firm`
    /// @param isAlone whether one thing is all that will be told of
    Passage(Draw draw, Grammar grammar, String topic, boolean isAlone) {
        this.draw = draw;
        this.grammar = grammar;
        this.topic = topic;
        this.isAlone = isAlone;
    }

    /// The rule of an attribute; in training a broader one now and then, its own or that of all attributes.
    static String rule(Draw draw, Grammar grammar, String attribute, String what) {
        if (grammar.has(attribute + what) && !draw.broader(MORE_PERCENT)) {
            return attribute + what;
        }
        return draw.chance(COMMON_PERCENT) ? "more" + what : Grammar.more(attribute + what);
    }

    List<Thing> things() {
        return List.copyOf(things);
    }

    String text() {
        return String.join(" ", sentences);
    }

    /// Adds a sentence anywhere.
    void insert(String rule) {
        sentences.add(draw.random().nextInt(sentences.size() + 1), draw.sentence(grammar, rule));
    }

    /// Tells of another thing.
    void tell(List<String> attributes) {
        boolean described = draw.broader(DESCRIBED_PERCENT);
        String name = newName(described);
        draw.bind("name", name);
        String mention = described ? draw.say(grammar, Grammar.more(topic + ".mention")) : name;
        boolean introduced = !described && draw.chance(INTRODUCED_PERCENT);
        if (introduced) {
            sentences.add(draw.sentence(grammar, topic + ".intro"));
        }
        List<String> order = draw.shuffled(attributes);
        Map<String, String> told = draw.broader(PROSE_PERCENT)
                ? inProse(order, name, mention, introduced)
                : oneByOne(order, name, mention, introduced && isAlone && topic.equals("product"));
        things.add(new Thing(name, told, described));
    }

    /// A sentence an attribute.
    private Map<String, String> oneByOne(List<String> attributes, String name, String mention, boolean hasType) {
        Map<String, String> told = new HashMap<>();
        for (String attribute : attributes) {
            boolean byType = hasType && draw.chance(BY_TYPE_PERCENT);
            draw.bind("subject", byType ? draw.value("definite") : told.isEmpty() ? mention : name);
            told.put(attribute, choose(attribute));
            if (grammar.has(attribute + ".say")) {
                sentences.add(draw.sentence(grammar, rule(draw, grammar, attribute, ".say")));
            } else {
                addPredicates(List.of(predicate(attribute)));
            }
        }
        return told;
    }

    /// Up to three facts a sentence.
    private Map<String, String> inProse(List<String> attributes, String name, String mention, boolean introduced) {
        Map<String, String> told = new HashMap<>();
        boolean known = introduced;
        int next = 0;
        while (next < attributes.size()) {
            draw.bind("subject", known ? again(name) : mention);
            if (known && draw.chance(NOUN_PERCENT)) {
                told.put(attributes.get(next), choose(attributes.get(next)));
                sentences.add(draw.sentence(grammar, "more.noun"));
                next++;
                continue;
            }
            int end = Math.min(attributes.size(), next + 1 + draw.random().nextInt(PREDICATES_MAX));
            List<String> predicates = new ArrayList<>();
            for (String attribute : attributes.subList(next, end)) {
                told.put(attribute, choose(attribute));
                predicates.add(predicate(attribute));
            }
            if (predicates.size() < PREDICATES_MAX && draw.chance(IDLE_PERCENT)) {
                predicates.add(
                        draw.random().nextInt(predicates.size() + 1), draw.say(grammar, Grammar.more(topic + ".idle")));
            }
            addPredicates(predicates);
            known = true;
            next = end;
        }
        return told;
    }

    private String again(String name) {
        return draw.chance(PRONOUN_PERCENT) ? draw.say(grammar, Grammar.more(topic + ".pronoun")) : name;
    }

    /// Picks what is told, and binds it.
    private String choose(String attribute) {
        VALUE_SLOTS.forEach(draw::forget);
        String rule = attribute + ".value";
        boolean more = !grammar.has(rule) || (grammar.has(Grammar.more(rule)) && draw.broader(MORE_VALUES_PERCENT));
        String value = draw.say(grammar, more ? Grammar.more(rule) : rule);
        draw.bind("value", value);
        draw.bind("first", draw.say(grammar, grammar.ownOrMore(attribute + ".noun")));
        return value;
    }

    private String predicate(String attribute) {
        return draw.say(grammar, Grammar.more(attribute + ".verb"));
    }

    private void addPredicates(List<String> predicates) {
        for (int at = 0; at < predicates.size(); at++) {
            draw.bind("verb" + (at + 1), predicates.get(at));
        }
        sentences.add(draw.sentence(grammar, "more.predicates." + predicates.size()));
    }

    /// "The kettle"; of two words, now and then, the last alone: "the kettle" for an electric one.
    private String description() {
        draw.bind("place", draw.say(grammar, "more.place"));
        String whole = draw.say(grammar, Grammar.more(topic + ".described"));
        String[] words = whole.split(" ");
        boolean shortened = words.length > 2 && draw.chance(SHORTENED_PERCENT);
        return shortened ? words[0] + " " + words[words.length - 1] : whole;
    }

    /// A name that no other thing of the passage has.
    private String newName(boolean described) {
        String slot = topic.equals("firm") ? "firm" : "name";
        while (true) {
            for (String forgotten : List.of("name", "firm", "type", "types", "definite")) {
                draw.forget(forgotten);
            }
            String name = described ? description() : draw.value(slot);
            if (things.stream().noneMatch(other -> other.name().equals(name))) {
                return name;
            }
        }
    }
}
