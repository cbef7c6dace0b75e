package dev.lilla.demo;

/// Reports of a shop's or a service firm's week, with their one line.
final class SummaryMaker implements ExampleMaker {
    private final Grammar grammar;

    SummaryMaker(Language language) {
        grammar = Grammar.load("summary", language);
    }

    @Override
    public Turns make(Draw draw) {
        boolean shop = draw.chance(60);
        String kind = shop ? "shop" : "firm";
        String report = shop ? shop(draw) : firm(draw);
        String fixed = Instructions.summarize(draw.language());
        String instruction = Instructions.vary(draw, fixed, grammar, "instruction");
        return Turns.of(draw, grammar, kind, instruction + "\n" + report, draw.say(grammar, kind + ".summary"));
    }

    private String shop(Draw draw) {
        boolean up = draw.chance(60);
        draw.bind("direction", grammar.lines("direction").get(up ? 0 : 1));
        draw.bind("percent", Integer.toString(2 + draw.random().nextInt(58)));
        draw.bind("late", Integer.toString(2 + draw.random().nextInt(28)));
        Letter letter = new Letter(draw, grammar)
                .add(up ? "shop.up" : "shop.down")
                .add("shop.best")
                .add("shop.late");
        return filled(letter, draw, "shop.filler");
    }

    private String firm(Draw draw) {
        int visits = 12 + draw.random().nextInt(180);
        draw.bind("visits", Integer.toString(visits));
        draw.bind("canceled", Integer.toString(2 + draw.random().nextInt(9)));
        String point = draw.language() == Language.EN ? "." : ",";
        draw.bind(
                "rating", (2 + draw.random().nextInt(3)) + point + draw.random().nextInt(10));
        Letter letter = new Letter(draw, grammar)
                .add("firm.visits")
                .add("firm.canceled")
                .add("firm.rating");
        return filled(letter, draw, "firm.filler");
    }

    private static String filled(Letter letter, Draw draw, String filler) {
        for (int fillers = draw.random().nextInt(3); fillers > 0; fillers--) {
            letter.add(filler);
            draw.forget("customer");
        }
        return letter.shuffled().text();
    }
}
