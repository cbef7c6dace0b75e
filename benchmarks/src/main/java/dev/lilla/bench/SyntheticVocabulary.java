package dev.lilla.bench;

import dev.lilla.tokenizer.Detokenizer;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;

/// A vocabulary as large as those of big models, of words that are drawn by chance: every ASCII
/// character, then words of two to twelve letters, half of them with a space in front, some
/// capitalized, with marks around them, or of other letters than English ones.
final class SyntheticVocabulary implements Tokenizer {
    private static final String LETTERS = "eeeeeeetttttaaaaaoooooiiiinnnnsssshhhrrrdddllluuccmmwwffggyyppbbvkjxqz";
    private static final String OTHERS = "åäöéèüñçßжинарось的一是不了人我在有他这";
    private static final List<String> MARKS = List.of("\"", "\",", "\":", ".", ",", "()", "'", "}", "]", ";\n", "\"\n");

    private final List<String> tokens = new ArrayList<>();

    SyntheticVocabulary(int size) {
        Set<String> known = new HashSet<>();
        for (char c = 0; c < 128; c++) {
            known.add(String.valueOf(c));
            tokens.add(String.valueOf(c));
        }
        SplittableRandom random = new SplittableRandom(1);
        while (tokens.size() < size) {
            String word = word(random);
            if (known.add(word)) {
                tokens.add(word);
            }
        }
    }

    private static String word(SplittableRandom random) {
        String letters = random.nextInt(4) == 0 ? OTHERS : LETTERS;
        StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
        int length = random.nextInt(2, 8) + random.nextInt(6);
        for (int i = 0; i < length; i++) {
            char letter = letters.charAt(random.nextInt(letters.length()));
            word.append(i == 0 && random.nextInt(4) == 0 ? Character.toUpperCase(letter) : letter);
        }
        if (random.nextInt(50) == 0) {
            word.insert(random.nextInt(word.length() + 1), MARKS.get(random.nextInt(MARKS.size())));
        }
        return word.toString();
    }

    @Override
    public int size() {
        return tokens.size();
    }

    /// @throws UnsupportedOperationException always: nothing is read with it
    @Override
    public int[] encode(String text, SpecialTokens special) {
        throw new UnsupportedOperationException("this vocabulary writes only");
    }

    @Override
    public Detokenizer detokenizer() {
        return new Detokenizer() {
            @Override
            public String append(int id) {
                return token(id);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }

    @Override
    public String token(int id) {
        return tokens.get(id);
    }

    @Override
    public byte[] bytes(int id) {
        return token(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public OptionalInt id(String token) {
        int id = tokens.indexOf(token);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public boolean isSpecial(int id) {
        return false;
    }

    @Override
    public OptionalInt beginOfText() {
        return OptionalInt.empty();
    }

    @Override
    public OptionalInt endOfText() {
        return OptionalInt.empty();
    }
}
