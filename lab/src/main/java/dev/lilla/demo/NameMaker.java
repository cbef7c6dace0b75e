package dev.lilla.demo;

import java.util.Locale;
import java.util.random.RandomGenerator;

/// Coins names: from Nordic syllables, from syllables of other languages, from random letters, from real words.
///
/// A copying model has to copy whatever letters come, so no single inventory makes more than a third of the names.
final class NameMaker {
    private static final String CONSONANTS = "bcdfghjklmnpqrstvwxz";
    private static final String VOWELS = "aeiouyåäö";
    private static final String CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int SHORTEST_STEM = 5;

    private final WordLists words;

    NameMaker(WordLists words) {
        this.words = words;
    }

    /// What a product or a firm is called, without number or type.
    String stem(RandomGenerator random, Language language) {
        int style = random.nextInt(100);
        if (style < 30) {
            return nordic(random);
        }
        if (style < 48) {
            return southern(random);
        }
        if (style < 62) {
            return letters(random);
        }
        if (style < 72) {
            String list = language == Language.EN || random.nextInt(3) == 0 ? "english" : "swedish";
            return capitalized(word(list, random)) + " " + capitalized(word(list, random));
        }
        if (style < 80) {
            return (random.nextBoolean() ? nordic(random) : letters(random)) + "-" + southern(random);
        }
        if (style < 88) {
            return (random.nextBoolean() ? nordic(random) : letters(random)).toUpperCase(Locale.ROOT);
        }
        if (style < 94) {
            return code(random);
        }
        return southern(random) + "-" + letters(random);
    }

    /// First name and surname.
    String person(RandomGenerator random) {
        String first = switch (random.nextInt(10)) {
            case 0 -> letters(random);
            case 1, 2 -> southern(random);
            default -> words.any("first", random);
        };
        int style = random.nextInt(20);
        if (style < 10) {
            return first + " " + surname(random);
        }
        if (style < 14) {
            return first + " " + southern(random);
        }
        if (style < 17) {
            return first + " " + letters(random);
        }
        if (style < 18) {
            return first + " " + surname(random) + "-" + southern(random);
        }
        return first + (style < 19 ? " de " : " von ") + (random.nextBoolean() ? surname(random) : southern(random));
    }

    /// A town: mostly a real one, else one that nobody has heard of.
    String town(RandomGenerator random) {
        return random.nextInt(10) < 6
                ? words.any("town", random)
                : random.nextBoolean() ? nordic(random) + "by" : southern(random);
    }

    private String surname(RandomGenerator random) {
        return words.any("surname.start", random) + words.any("surname.end", random);
    }

    private String nordic(RandomGenerator random) {
        String start = words.any("product.start", random);
        String end = words.any("product.end", random);
        if (start.length() + end.length() >= SHORTEST_STEM && random.nextInt(3) == 0) {
            return start + end;
        }
        return start + words.any("product.middle", random) + end;
    }

    private String southern(RandomGenerator random) {
        StringBuilder name = new StringBuilder(words.any("open", random));
        do {
            name.append(words.any("close", random));
        } while (name.length() < SHORTEST_STEM || random.nextInt(3) == 0);
        if (random.nextInt(3) == 0) {
            name.append(words.any("final", random));
        }
        return name.toString();
    }

    /// Letters in any order; mostly with a vowel now and then, as tongues demand.
    private static String letters(RandomGenerator random) {
        int length = SHORTEST_STEM + random.nextInt(4);
        boolean wild = random.nextInt(4) == 0;
        StringBuilder name = new StringBuilder();
        for (int at = 0; at < length; at++) {
            boolean vowel = wild ? random.nextInt(4) == 0 : at % 2 == 1 || random.nextInt(8) == 0;
            String signs = vowel ? VOWELS : CONSONANTS;
            name.append(signs.charAt(random.nextInt(signs.length())));
        }
        return capitalized(name.toString());
    }

    /// Three or four capitals, a hyphen and a number.
    private static String code(RandomGenerator random) {
        StringBuilder name = new StringBuilder();
        for (int at = 3 + random.nextInt(2); at > 0; at--) {
            name.append(CAPITALS.charAt(random.nextInt(CAPITALS.length())));
        }
        return name.append('-').append(10 + random.nextInt(990)).toString();
    }

    private String word(String list, RandomGenerator random) {
        String word = words.any(list, random);
        while (word.length() < 4) {
            word = words.any(list, random);
        }
        return word;
    }

    static String capitalized(String text) {
        if (text.isEmpty() || !Character.isLowerCase(text.charAt(0))) {
            return text;
        }
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
