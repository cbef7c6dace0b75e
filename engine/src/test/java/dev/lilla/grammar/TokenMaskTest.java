package dev.lilla.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.ByteTokenizer;
import dev.lilla.Oracle;
import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Masks hold exactly the tokens that a plain run over their bytes takes.
class TokenMaskTest {
    private static final List<Grammar> GRAMMARS = List.of(
            Grammar.jsonObject(),
            Grammar.jsonSchema("""
                    {"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":40},
                     "tags":{"type":"array","items":{"enum":["a","ab","abc"]}},"n":{"type":"number","minimum":0.5}},
                     "required":["name"],"additionalProperties":{"type":"string"}}"""),
            Grammar.regex("([a-zé]+ ){0,70}[A-Z]?|.*[😀-😂]"),
            Grammar.gbnf("""
                    root ::= " "? sum
                    sum ::= term (" + " term)*
                    term ::= [0-9]+ | "(" sum ")" | name | ("x" | "x" sum "y")
                    name ::= [a-zA-Z] name | [^ -~]
                    """));

    @TestFactory
    Stream<DynamicTest> equalsTheOneFoundTokenByToken() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path model : Oracle.models()) {
            tests.add(DynamicTest.dynamicTest(
                    model.getFileName().toString(),
                    () -> compareOnWalks(Tokenizers.open(HuggingFaceDirectory.open(model)), 12)));
        }
        for (Path gguf : Oracle.ggufs()) {
            tests.add(DynamicTest.dynamicTest(gguf.getFileName().toString(), () -> {
                try (Gguf file = Gguf.open(gguf)) {
                    if (file.metadata().contains("tokenizer.ggml.model")) {
                        compareOnWalks(Tokenizers.open(file), 4);
                    }
                }
            }));
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> equalsTheOneFoundTokenByTokenOnWholeVocabularies() {
        return Oracle.filesUnder(Oracle.vocabularies(), ".gguf").stream()
                .filter(file -> !file.toString().contains("bert"))
                .map(path -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
                    try (Gguf file = Gguf.open(path)) {
                        compareOnWalks(Tokenizers.open(file), 1);
                    }
                }));
    }

    private static void compareOnWalks(Tokenizer tokenizer, int walks) {
        TokenTrie trie = TokenTrie.of(tokenizer);
        SplittableRandom random = new SplittableRandom(7);
        for (Grammar grammar : GRAMMARS) {
            TokenGrammar prepared = grammar.over(trie);
            for (int walk = 0; walk < walks; walk++) {
                compare(tokenizer, prepared, random);
            }
        }
    }

    private static void compare(Tokenizer tokenizer, TokenGrammar grammar, SplittableRandom random) {
        GrammarWalk walk = new GrammarWalk(tokenizer, random);
        GrammarState state = grammar.begin(Set.of());
        List<byte[]> text = new ArrayList<>();
        for (int step = 0; step < 12 && !state.isLast(); step++) {
            TokenMask mask = state.mask();
            Configurations plain = new Configurations(grammar.grammar().automaton());
            Configuration at = plain.start();
            for (byte[] bytes : text) {
                at = run(plain, at, bytes);
            }
            for (int id = 0; id < tokenizer.size(); id++) {
                byte[] bytes = written(grammar.trie(), id, step == 0);
                boolean fits = bytes.length > 0 && !run(plain, at, bytes).isDead();
                if (fits != mask.isAllowed(id)) {
                    throw new AssertionError("token " + id + " \"" + tokenizer.token(id) + "\" in step " + step + " of "
                            + grammar.grammar() + ": expected " + fits);
                }
            }
            if (mask.isEmpty()) {
                return;
            }
            int chosen = walk.choose(mask);
            text.add(written(grammar.trie(), chosen, step == 0));
            state.accept(chosen);
        }
    }

    /// The bytes a token writes, where the first may lose a space.
    private static byte[] written(TokenTrie trie, int id, boolean isFirst) {
        byte[] bytes = trie.bytes(id);
        if (!isFirst || !trie.dropsLeadingSpace() || bytes.length == 0 || bytes[0] != ' ') {
            return bytes;
        }
        boolean hasMore = bytes.length > 1 && bytes[1] == ' ';
        return hasMore ? new byte[0] : Arrays.copyOfRange(bytes, 1, bytes.length);
    }

    private static Configuration run(Configurations plain, Configuration from, byte[] bytes) {
        plain.allowWork();
        Configuration at = from;
        for (byte b : bytes) {
            at = plain.after(at, b & 0xFF);
        }
        return at;
    }

    @Test
    void allowsEndsWhereTheTextMayEndAndNowhereElse() {
        // The letter b ends a text here, though it could be part of it.
        GrammarState state = Grammar.regex("a[ab]*")
                .over(TokenTrie.of(new ByteTokenizer(300)))
                .begin(Set.of((int) 'b', 299));
        assertThat(allowed(state)).containsExactly((int) 'a');
        state.accept('a');
        assertThat(state.isComplete()).isTrue();
        assertThat(state.isLast()).isFalse();
        assertThat(allowed(state)).containsExactly((int) 'a', (int) 'b', 299);
    }

    @Test
    void neverAllowsSpecialTokensInATextWhoseNamesWouldFit() {
        GrammarState state =
                Grammar.regex(".*").over(TokenTrie.of(new ByteTokenizer(300))).begin(Set.of());
        assertThat(allowed(state)).hasSizeGreaterThan(200).allMatch(id -> id < 256);
    }

    @Test
    void refusesATokenThatIsNotAllowed() {
        GrammarState state =
                Grammar.regex("ab").over(TokenTrie.of(new ByteTokenizer(300))).begin(Set.of(299));
        assertThatThrownBy(() -> state.accept('b')).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.accept(299)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> state.accept(-1)).isInstanceOf(IllegalArgumentException.class);
        state.accept('a');
        state.accept('b');
        assertThat(state.isLast()).isTrue();
        assertThat(allowed(state)).containsExactly(299);
    }

    @Test
    void isEmptyWhereTheVocabularyCannotWriteWhatIsAskedFor() {
        // This tokenizer has the characters of Latin-1 alone.
        GrammarState state =
                Grammar.regex("a€").over(TokenTrie.of(new ByteTokenizer(300))).begin(Set.of());
        state.accept('a');
        assertThat(state.mask().isEmpty()).isTrue();
    }

    @Test
    void writesWhatTheDecoderWritesWithTheSpaceInFrontOfSentencePiece() {
        for (Path model : Oracle.models()) {
            Tokenizer tokenizer = Tokenizers.open(HuggingFaceDirectory.open(model));
            TokenGrammar grammar = Grammar.regex("[a-z][a-z ]{0,30}").over(TokenTrie.of(tokenizer));
            GrammarWalk walk = new GrammarWalk(tokenizer, new SplittableRandom(3));
            for (int i = 0; i < 40; i++) {
                assertThat(walk.write(grammar, 40))
                        .as(model.toString())
                        .hasValueSatisfying(text -> assertThat(text).matches("[a-z][a-z ]{0,30}"));
            }
        }
        assertThat(Files.exists(Oracle.root())).isTrue();
    }

    private static List<Integer> allowed(GrammarState state) {
        TokenMask mask = state.mask();
        List<Integer> ids = new ArrayList<>();
        for (int id = mask.next(0); id >= 0; id = mask.next(id + 1)) {
            ids.add(id);
        }
        assertThat(mask.count()).isEqualTo(ids.size());
        return ids;
    }
}
