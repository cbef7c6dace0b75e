package dev.lilla.demo;

import java.util.List;

/// Support messages with their category and urgency.
final class ClassifyMaker implements ExampleMaker {
    static final List<String> CATEGORIES =
            List.of("delivery", "damage", "return", "billing", "login", "booking", "stock", "advice");
    static final List<String> URGENCIES = List.of("high", "normal", "low");

    private final Grammar grammar;

    ClassifyMaker(Language language) {
        grammar = Grammar.load("classify", language);
    }

    @Override
    public Turns make(Draw draw) {
        String category = WordLists.any(CATEGORIES, draw.random());
        String urgency = WordLists.any(URGENCIES, draw.random());
        Letter letter = new Letter(draw, grammar).greeted(55);
        if (draw.chance(40)) {
            letter.add("lead");
        }
        letter.add("category." + category);
        if (draw.chance(25)) {
            letter.add("aside." + other(category, draw));
        }
        addUrgency(letter, urgency, draw);
        if (draw.chance(30)) {
            letter.insert("filler");
        }
        if (draw.chance(35)) {
            letter.signed();
        } else {
            letter.unsigned(25);
        }
        String instruction = Instructions.vary(draw, Instructions.classify(draw.language()), grammar, "instruction");
        String answer = "category: " + category + "\nurgency: " + urgency;
        return Turns.of(draw, grammar, category, instruction + "\n" + letter.text(), answer);
    }

    /// A normal message hurries in no way, so it needs no cue.
    private static void addUrgency(Letter letter, String urgency, Draw draw) {
        if (urgency.equals("normal")) {
            if (draw.chance(50)) {
                letter.add("urgency.normal");
            }
        } else if (draw.chance(30)) {
            letter.insert("urgency." + urgency);
        } else {
            letter.add("urgency." + urgency);
        }
    }

    private static String other(String category, Draw draw) {
        String other = WordLists.any(CATEGORIES, draw.random());
        return other.equals(category) ? CATEGORIES.get((CATEGORIES.indexOf(category) + 1) % CATEGORIES.size()) : other;
    }
}
