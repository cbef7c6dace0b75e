package dev.lilla.demo;

/// Small talk and help: many phrasings of an intent, one answer.
final class TalkMaker implements ExampleMaker {
    private final Grammar grammar;

    TalkMaker(Language language) {
        grammar = Grammar.load("talk", language);
    }

    @Override
    public Turns make(Draw draw) {
        String intent = WordLists.any(grammar.lines("intents"), draw.random());
        String request = draw.say(grammar, intent + ".ask");
        return Turns.of(draw, grammar, intent, request, draw.say(grammar, intent + ".tell"));
    }
}
