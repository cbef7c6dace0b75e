package dev.lilla.demo;

import java.util.ArrayList;
import java.util.List;

/// A customer's message: a greeting, sentences in some order, an ending.
final class Letter {
    private final Draw draw;
    private final Grammar grammar;
    private final List<String> sentences = new ArrayList<>();
    private String greeting = "";
    private String ending = "";
    private boolean isSigned;
    private boolean isInLines;

    Letter(Draw draw, Grammar grammar) {
        this.draw = draw;
        this.grammar = grammar;
    }

    /// Begins with a greeting, now and then.
    Letter greeted(int percent) {
        if (draw.chance(percent)) {
            greeting = draw.say(grammar, "greeting");
        }
        return this;
    }

    /// Ends with the customer's name.
    Letter signed() {
        return signed("closing");
    }

    Letter signed(String rule) {
        ending = draw.say(grammar, rule);
        isSigned = true;
        return this;
    }

    /// In training, now and then, the greeting and an ending with a name stand on lines of their own.
    Letter inLines(int percent) {
        isInLines = draw.broader(percent);
        return this;
    }

    /// Ends without a name, now and then.
    Letter unsigned(int percent) {
        if (draw.chance(percent)) {
            ending = draw.say(grammar, "goodbye");
        }
        return this;
    }

    Letter add(String rule) {
        sentences.add(draw.say(grammar, rule));
        return this;
    }

    /// Puts a sentence anywhere.
    Letter insert(String rule) {
        sentences.add(draw.random().nextInt(sentences.size() + 1), draw.say(grammar, rule));
        return this;
    }

    Letter shuffled() {
        List<String> shuffled = draw.shuffled(sentences);
        sentences.clear();
        sentences.addAll(shuffled);
        return this;
    }

    /// The message, mostly on one line; after a greeting that ends with a comma the text goes on without a capital.
    String text() {
        StringBuilder text = new StringBuilder(greeting);
        for (int at = 0; at < sentences.size(); at++) {
            boolean goesOn = at == 0 && !greeting.isEmpty();
            if (!text.isEmpty()) {
                text.append(goesOn && isInLines ? '\n' : ' ');
            }
            text.append(goesOn ? uncapitalized(sentences.get(0)) : NameMaker.capitalized(sentences.get(at)));
        }
        return ending.isEmpty()
                ? text.toString()
                : text.append(isSigned && isInLines ? '\n' : ' ').append(ending).toString();
    }

    /// Fillers are written with a capital; names and "I" keep theirs, so only what the grammar says in full is lowered.
    private String uncapitalized(String sentence) {
        int space = sentence.indexOf(' ');
        String first = space < 0 ? sentence : sentence.substring(0, space);
        return OPENERS.contains(first) ? Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1) : sentence;
    }

    private static final List<String> OPENERS = List.of(
            "The", "A", "En", "Solen", "Case", "Ärende", "Ärendet", "My", "We", "It", "Your", "You", "This", "Autumn",
            "Our", "Jag", "Vädret", "Min", "Det", "Vi", "Er", "Ni", "Hösten", "Barnen", "Mitt", "Vårt");
}
