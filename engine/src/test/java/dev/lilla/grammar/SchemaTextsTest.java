package dev.lilla.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.Oracle;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Texts drawn at random from a schema's masks are what an independent validator takes for valid.
class SchemaTextsTest {
    private static final int SCHEMAS = 12;
    private static final int TEXTS = 12;

    @TestFactory
    Stream<DynamicTest> areValid() {
        return Oracle.models().stream()
                .map(model -> DynamicTest.dynamicTest(model.getFileName().toString(), () -> {
                    Tokenizer tokenizer = Tokenizers.open(HuggingFaceDirectory.open(model));
                    TokenTrie trie = TokenTrie.of(tokenizer);
                    RandomSchemas schemas = new RandomSchemas(
                            new SplittableRandom(model.getFileName().hashCode()));
                    int[] ended = IntStream.range(0, SCHEMAS)
                            .map(i -> validTexts(schemas.next(), tokenizer, trie, i))
                            .toArray();
                    assertThat(IntStream.of(ended).sum()).isGreaterThan(SCHEMAS * TEXTS / 4);
                }));
    }

    /// @return how many texts came to an end
    private static int validTexts(String schema, Tokenizer tokenizer, TokenTrie trie, long seed) {
        TokenGrammar grammar = Grammar.jsonSchema(schema).over(trie);
        IndependentValidator validator = new IndependentValidator(schema);
        GrammarWalk walk = new GrammarWalk(tokenizer, new SplittableRandom(seed));
        int ended = 0;
        for (int i = 0; i < TEXTS; i++) {
            Optional<String> text = walk.write(grammar, 400);
            if (text.isPresent()) {
                ended++;
                assertThat(validator.errors(text.get()))
                        .as("%s%nunder %s", text.get(), schema)
                        .isEmpty();
                assertThat(grammar.grammar().matches(text.get())).isTrue();
            }
        }
        return ended;
    }
}
