package dev.lilla.demo;

import java.util.ArrayList;
import java.util.List;

/// Reports of a shop's or a service firm's week, with their one line.
final class SummaryMaker implements ExampleMaker {
    private static final int MORE_PERCENT = 50;
    /// Part of the training reports with a sentence of several facts, and part of these sentences with two.
    private static final int TOGETHER_PERCENT = 40;

    private static final int PAIR_PERCENT = 75;

    private final Grammar grammar;

    SummaryMaker(Language language) {
        grammar = Grammar.loadBroad("summary", language);
    }

    @Override
    public Turns make(Draw draw) {
        boolean shop = draw.chance(60);
        String kind = shop ? "shop" : "firm";
        String report = shop ? shop(draw) : firm(draw);
        String fixed = Instructions.summarize(draw.language());
        String instruction = Instructions.vary(draw, fixed, grammar, "instruction");
        return Turns.of(
                draw,
                grammar,
                kind,
                Instructions.above(draw, instruction, report),
                draw.say(grammar, kind + ".summary"));
    }

    private String shop(Draw draw) {
        boolean up = draw.chance(60);
        draw.bind("direction", grammar.lines("direction").get(up ? 0 : 1));
        draw.bind("percent", Integer.toString(2 + draw.random().nextInt(58)));
        draw.bind("late", Integer.toString(2 + draw.random().nextInt(28)));
        return report(draw, "shop", List.of(up ? "up" : "down", "best", "late"));
    }

    private String firm(Draw draw) {
        int visits = 12 + draw.random().nextInt(180);
        draw.bind("visits", Integer.toString(visits));
        draw.bind("canceled", Integer.toString(2 + draw.random().nextInt(9)));
        String point = draw.language() == Language.EN ? "." : ",";
        draw.bind(
                "rating", (2 + draw.random().nextInt(3)) + point + draw.random().nextInt(10));
        return report(draw, "firm", List.of("visits", "canceled", "rating"));
    }

    /// A sentence for each of the three facts; in training a sentence may tell two of them or all.
    private String report(Draw draw, String place, List<String> facts) {
        Letter letter = new Letter(draw, grammar);
        List<String> alone = new ArrayList<>(facts);
        if (draw.broader(TOGETHER_PERCENT)) {
            List<String> together = new ArrayList<>(facts);
            if (draw.chance(PAIR_PERCENT)) {
                together.remove(draw.random().nextInt(together.size()));
            }
            alone.removeAll(together);
            letter.add(Grammar.more(place + "." + String.join(".", together)));
        }
        alone.forEach(fact -> letter.add(draw.broader(place + "." + fact, MORE_PERCENT)));
        for (int fillers = draw.random().nextInt(3); fillers > 0; fillers--) {
            letter.add(draw.broader(place + ".filler", MORE_PERCENT));
            draw.forget("customer");
        }
        return letter.shuffled().text();
    }
}
