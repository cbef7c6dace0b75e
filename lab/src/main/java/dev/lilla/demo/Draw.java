package dev.lilla.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// The making of one example: its dice, what its slots stand for, and what it was made of. Used by one thread.
final class Draw {
    private static final int DEPTH_MAX = 16;
    private static final World WORLD = new World();

    private final Split split;
    private final Language language;
    private final RandomGenerator random;
    private final Map<String, String> values = new HashMap<>();
    private final List<String> skeletons = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private boolean hasForeignForms;

    Draw(Split split, Language language, RandomGenerator random) {
        this.split = split;
        this.language = language;
        this.random = random;
        this.hasForeignForms = split == Split.TRAIN;
    }

    /// Takes no name from outside the invented language, and no number in a form of elsewhere, in training either.
    Draw withoutForeignForms() {
        hasForeignForms = false;
        return this;
    }

    /// Whether some names are those of [WideNames], and some numbers are written as they are elsewhere.
    boolean hasForeignForms() {
        return hasForeignForms;
    }

    Split split() {
        return split;
    }

    Language language() {
        return language;
    }

    RandomGenerator random() {
        return random;
    }

    List<String> skeletons() {
        return skeletons;
    }

    List<String> names() {
        return names;
    }

    /// True with a chance in percent.
    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /// The same in any order.
    <T> List<T> shuffled(List<T> list) {
        List<T> shuffled = new ArrayList<>(list);
        for (int at = shuffled.size() - 1; at > 0; at--) {
            Collections.swap(shuffled, at, random.nextInt(at + 1));
        }
        return shuffled;
    }

    /// True in training alone, with a chance in percent; tests roll no dice for it.
    boolean broader(int percent) {
        return split == Split.TRAIN && chance(percent);
    }

    /// The rule itself; in training the broader one beside it, with a chance in percent.
    String broader(String rule, int percent) {
        return broader(percent) ? Grammar.more(rule) : rule;
    }

    void note(String name) {
        names.add(name);
    }

    void bind(String slot, String value) {
        values.put(slot, value);
    }

    void forget(String slot) {
        values.remove(slot);
    }

    /// What a slot of the world stands for in this example.
    ///
    /// @throws IllegalStateException if the world has no such slot
    String value(String slot) {
        String value = find(slot);
        if (value == null) {
            throw new IllegalStateException("no value for {" + slot + "}: neither bound nor in the world");
        }
        return value;
    }

    /// One of the alternatives of a rule, as it reads in the middle of a sentence.
    String say(Grammar grammar, String rule) {
        return say(grammar.rule(rule).any(split, random));
    }

    String say(Phrase phrase) {
        StringBuilder text = new StringBuilder();
        append(phrase, text, 0);
        return text.toString();
    }

    /// The same, with a capital at the start.
    String sentence(Grammar grammar, String rule) {
        return NameMaker.capitalized(say(grammar, rule));
    }

    private void append(Phrase phrase, StringBuilder text, int depth) {
        if (depth > DEPTH_MAX) {
            throw new IllegalStateException(phrase.id() + " uses itself");
        }
        if (phrase.starred()) {
            skeletons.add(phrase.id());
        }
        append(phrase, phrase.nodes(), text, depth);
    }

    private void append(Phrase phrase, List<Node> nodes, StringBuilder text, int depth) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Literal(String literal) -> text.append(literal);
                case Node.Range(int first, int last) -> text.append(first + random.nextInt(last - first + 1));
                case Node.Choice(List<List<Node>> options) ->
                    append(phrase, WordLists.any(options, random), text, depth);
                case Node.Slot(String slot) -> appendSlot(phrase, slot, text, depth);
            }
        }
    }

    private void appendSlot(Phrase phrase, String slot, StringBuilder text, int depth) {
        String value = find(slot);
        if (value != null) {
            text.append(value);
        } else {
            append(phrase.grammar().rule(slot).any(split, random), text, depth + 1);
        }
    }

    private @Nullable String find(String slot) {
        String bound = values.get(slot);
        if (bound != null) {
            return bound;
        }
        if (slot.equals("type") || slot.equals("types") || slot.equals("definite")) {
            String[] forms = WORLD.type(this);
            values.put("type", forms[0]);
            values.put("types", forms[1]);
            values.put("definite", forms[2]);
            return values.get(slot);
        }
        String made = WORLD.make(slot, this);
        if (made != null && World.staysTheSame(slot)) {
            values.put(slot, made);
        }
        return made;
    }
}
