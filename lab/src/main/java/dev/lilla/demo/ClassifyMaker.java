package dev.lilla.demo;

import java.util.List;

/// Support messages with their category and urgency.
///
/// What tells the category and the urgency is drawn from two rules: `category.X` or `urgency.X`, a
/// quarter of which is held out, and `more.X`, which only makes training broader. What tells neither
/// of them, the greeting, the fillers, the ending and slips of the pen, is the same for all.
final class ClassifyMaker implements ExampleMaker {
    static final List<String> CATEGORIES =
            List.of("delivery", "damage", "return", "billing", "login", "booking", "stock", "advice");
    static final List<String> URGENCIES = List.of("high", "normal", "low");

    private static final int MORE_PERCENT = 55;
    private static final int SLIP_PERCENT = 12;
    private static final int LINES_PERCENT = 20;

    private final Grammar grammar;

    ClassifyMaker(Language language) {
        grammar = Grammar.loadBroad("classify", language);
    }

    @Override
    public Turns make(Draw draw) {
        String category = WordLists.any(CATEGORIES, draw.random());
        String urgency = WordLists.any(URGENCIES, draw.random());
        Letter letter = new Letter(draw, grammar).greeted(55);
        if (draw.chance(40)) {
            letter.add("lead");
        }
        letter.add(rule("category.", category, draw));
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
        String text = letter.inLines(LINES_PERCENT).text();
        if (draw.broader(SLIP_PERCENT)) {
            text = Slips.in(text, draw.random());
        }
        String instruction = Instructions.vary(draw, Instructions.classify(draw.language()), grammar, "instruction");
        String answer = "category: " + category + "\nurgency: " + urgency;
        return Turns.of(draw, grammar, category, Instructions.above(draw, instruction, text), answer);
    }

    /// A normal message hurries in no way, so it needs no cue.
    private static void addUrgency(Letter letter, String urgency, Draw draw) {
        if (urgency.equals("normal")) {
            if (draw.chance(50)) {
                letter.add(rule("urgency.", urgency, draw));
            }
        } else if (draw.chance(30)) {
            letter.insert(rule("urgency.", urgency, draw));
        } else {
            letter.add(rule("urgency.", urgency, draw));
        }
    }

    private static String rule(String kind, String which, Draw draw) {
        return draw.broader(MORE_PERCENT) ? Grammar.more(which) : kind + which;
    }

    private static String other(String category, Draw draw) {
        String other = WordLists.any(CATEGORIES, draw.random());
        return other.equals(category) ? CATEGORIES.get((CATEGORIES.indexOf(category) + 1) % CATEGORIES.size()) : other;
    }
}
