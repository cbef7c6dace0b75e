package dev.lilla.demo;

/// Small talk and help: many phrasings of an intent, one answer.
final class TalkMaker implements ExampleMaker {
    private static final int MORE_PERCENT = 50;
    /// Part of the training requests that are none of the tasks, beside those that any intent gets: people try a lot.
    private static final int OUTSIDE_PERCENT = 20;

    private final Grammar grammar;

    TalkMaker(Language language) {
        grammar = Grammar.loadBroad("talk", language);
    }

    @Override
    public Turns make(Draw draw) {
        String intent =
                draw.broader(OUTSIDE_PERCENT) ? "outside" : WordLists.any(grammar.lines("intents"), draw.random());
        String request = draw.say(grammar, draw.broader(intent + ".ask", MORE_PERCENT));
        return Turns.of(draw, grammar, intent, request, draw.say(grammar, intent + ".tell"));
    }
}
