package dev.lilla.grammar;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lilla.ByteTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a source says, it becomes a grammar or is refused with a message, and texts drawn from a grammar match it.
class GrammarFuzzTest {
    private static final TokenTrie TRIE = TokenTrie.of(new ByteTokenizer(300));

    static Stream<byte[]> seeds() {
        return Stream.of(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"},\"b\":{\"enum\":[1,\"x\"]}}}",
                        "{\"oneOf\":[{\"type\":\"null\"},{\"items\":{\"pattern\":\"^a|b$\"},\"maxItems\":3}]}",
                        "{\"type\":\"number\",\"minimum\":-1.25,\"exclusiveMaximum\":1e2}",
                        "(a|[^b-d]+?){2,4}\\p{Lu}.",
                        "root ::= \"a\" (b | [^\\x41-\\u00ff])* # c\nb ::= \"x\"{1,3} root?\n")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Tag("long")
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void readsOrRefuses(byte[] bytes) {
        String source = new String(bytes, StandardCharsets.UTF_8);
        for (Function<String, Grammar> kind :
                List.<Function<String, Grammar>>of(Grammar::jsonSchema, Grammar::regex, Grammar::gbnf)) {
            try {
                Grammar grammar = kind.apply(source);
                GrammarWalk walk = new GrammarWalk(new ByteTokenizer(300), new SplittableRandom(bytes.length));
                walk.write(grammar.over(TRIE), 40).ifPresent(text -> {
                    if (!grammar.matches(text)) {
                        throw new AssertionError("\"" + text + "\" was written and does not match");
                    }
                });
            } catch (GrammarException e) {
                if (e.getMessage() == null || e.getMessage().length() < 10) {
                    throw new AssertionError("the error says nothing", e);
                }
            }
        }
    }
}
