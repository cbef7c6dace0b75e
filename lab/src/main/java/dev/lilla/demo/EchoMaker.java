package dev.lilla.demo;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Repeat after me: words, names, sentences of the other tasks, any signs.
///
/// It makes every row of a vocabulary an answer now and then. A row that is never an answer cannot be lifted by a small
/// adapter later.
final class EchoMaker implements ExampleMaker {
    private static final List<String> SENTENCES = List.of("classify", "extract", "qa", "summary", "talk");
    /// The highest code point that is tried; above it lie hardly any letters.
    private static final int CODE_POINTS = 0x20000;

    private final Grammar grammar;
    private final List<Phrase> known;
    private final List<Phrase> heldOut;

    EchoMaker(Language language) {
        grammar = Grammar.load("echo", language);
        known = sentences(language, Split.TRAIN);
        heldOut = sentences(language, Split.HELD_OUT_PHRASING);
    }

    private static List<Phrase> sentences(Language language, Split split) {
        return SENTENCES.stream()
                .map(task -> Grammar.load(task, language))
                .flatMap(task -> split == Split.TRAIN ? task.known().stream() : task.heldOut().stream())
                .filter(EchoMaker::standsAlone)
                .toList();
    }

    /// Whether the world fills its slots, those within choices aside: what only its own task binds cannot be said here.
    private static boolean standsAlone(Phrase phrase) {
        return phrase.nodes().stream()
                .allMatch(node -> !(node instanceof Node.Slot(String slot)) || isFilled(slot, phrase));
    }

    private static boolean isFilled(String slot, Phrase phrase) {
        return World.knows(slot) || phrase.grammar().has(slot);
    }

    private static boolean standsAloneWhateverIsChosen(List<Node> nodes, Phrase phrase) {
        return nodes.stream().allMatch(node -> switch (node) {
            case Node.Slot(String slot) -> isFilled(slot, phrase);
            case Node.Choice(List<List<Node>> options) ->
                options.stream().allMatch(option -> standsAloneWhateverIsChosen(option, phrase));
            case Node.Literal _, Node.Range _ -> true;
        });
    }

    @Override
    public Turns make(Draw draw) {
        int die = draw.random().nextInt(100);
        String text;
        String kind;
        if (die < 40) {
            kind = "words";
            text = words(draw);
        } else if (die < 70) {
            kind = "sentence";
            text = draw.value("firm") + ": " + draw.say(sentence(draw));
        } else if (die < 85) {
            kind = "names";
            text = draw.value("product") + ", " + draw.value("customer") + ", " + draw.value("town");
        } else {
            kind = "signs";
            text = draw.value("name") + " " + signs(draw.random());
        }
        String fixed = Instructions.repeat(draw.language());
        String instruction = Instructions.vary(draw, fixed, grammar, "instruction");
        return Turns.of(draw, grammar, kind, instruction + "\n" + text, text);
    }

    /// Draws again what cannot be said here, so that all other texts stay as they were before this was looked at.
    private Phrase sentence(Draw draw) {
        List<Phrase> sentences = draw.split() == Split.HELD_OUT_PHRASING ? heldOut : known;
        Phrase phrase;
        do {
            phrase = WordLists.any(sentences, draw.random());
        } while (!standsAloneWhateverIsChosen(phrase.nodes(), phrase));
        return phrase;
    }

    private static String words(Draw draw) {
        int count = 3 + draw.random().nextInt(8);
        String name = draw.value("name");
        int at = draw.random().nextInt(count);
        return IntStream.range(0, count)
                .mapToObj(word -> word == at ? name : word(draw))
                .collect(Collectors.joining(" "));
    }

    private static String word(Draw draw) {
        boolean own = draw.chance(75);
        String word = draw.value((draw.language() == Language.EN) == own ? "english" : "swedish");
        return switch (draw.random().nextInt(8)) {
            case 0 -> NameMaker.capitalized(word);
            case 1 -> word + ".,;:!?".charAt(draw.random().nextInt(6));
            default -> word;
        };
    }

    /// Printable ASCII in any order, and now and then a letter of another script.
    private static String signs(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        for (int left = 4 + random.nextInt(12); left > 0; left--) {
            if (random.nextInt(6) == 0) {
                text.appendCodePoint(letter(random));
            } else {
                text.append((char) ('!' + random.nextInt('~' - '!' + 1)));
            }
        }
        return text.toString();
    }

    private static int letter(RandomGenerator random) {
        int codePoint;
        do {
            codePoint = random.nextInt(4) == 0 ? random.nextInt(CODE_POINTS) : random.nextInt(0x600);
        } while (codePoint < 0x80 || !Character.isLetterOrDigit(codePoint));
        return codePoint;
    }
}
