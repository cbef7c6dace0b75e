package dev.lilla.demo;

/// The instruction lines that a program writes above what its user pasted: the ones the models know best.
///
/// An instruction, a line break, the text. A question stands between the instruction and the text, on its own line.
public final class Instructions {
    private static final int FIXED_PERCENT = 60;
    private static final int MORE_PERCENT = 25;
    private static final int SAME_LINE_PERCENT = 50;

    private Instructions() {}

    /// The system turn that fixes the language of the answer.
    public static String system(Language language) {
        return language == Language.EN ? "Answer in English." : "Svara på svenska.";
    }

    public static String classify(Language language) {
        return language == Language.EN ? "Classify this message." : "Klassificera meddelandet.";
    }

    /// @param keys of `customer, product, quantity, order, city, phone`, in this order
    public static String extract(Language language, Iterable<String> keys) {
        String list = String.join(", ", keys);
        return language == Language.EN ? "Extract " + list + " as JSON." : "Ta ut " + list + " som JSON.";
    }

    /// Before a question.
    public static String answer(Language language) {
        return language == Language.EN ? "Answer from the text." : "Svara utifrån texten.";
    }

    public static String summarize(Language language) {
        return language == Language.EN ? "Summarize this report in one line." : "Sammanfatta rapporten på en rad.";
    }

    public static String productText(Language language) {
        return language == Language.EN ? "Write a product text." : "Skriv en produkttext.";
    }

    public static String shortProductText(Language language) {
        return language == Language.EN ? "Write a short product text." : "Skriv en kort produkttext.";
    }

    public static String cheerfulProductText(Language language) {
        return language == Language.EN ? "Write a cheerful product text." : "Skriv en glad produkttext.";
    }

    public static String repeat(Language language) {
        return language == Language.EN ? "Repeat after me:" : "Säg efter mig:";
    }

    /// The instruction above the text; in training one that ends with a colon may have the text on its own line.
    static String above(Draw draw, String instruction, String text) {
        return instruction + (instruction.endsWith(":") && draw.broader(SAME_LINE_PERCENT) ? " " : "\n") + text;
    }

    /// Mostly the fixed line, else any phrasing of a rule; where phrasings are held out, always one of these. Training
    /// has broader phrasings as well.
    static String vary(Draw draw, String fixed, Grammar grammar, String rule) {
        if (grammar.has(Grammar.more(rule)) && draw.broader(MORE_PERCENT)) {
            return draw.say(grammar, Grammar.more(rule));
        }
        boolean mustVary = draw.split() == Split.HELD_OUT_PHRASING
                && grammar.rule(rule).heldOut().getFirst().starred();
        return !mustVary && draw.chance(FIXED_PERCENT) ? fixed : draw.say(grammar, rule);
    }
}
