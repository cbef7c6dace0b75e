package dev.lilla.bench;

import dev.lilla.format.Gguf;
import dev.lilla.grammar.Grammar;
import dev.lilla.grammar.GrammarState;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.grammar.TokenMask;
import dev.lilla.grammar.TokenTrie;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// What structured output costs a token: the time for a mask and for taking a token, on texts drawn at random from the
/// masks. Without arguments for 256,000 synthetic tokens, else for the vocabularies of GGUF files.
final class GrammarMaskProgram {
    private static final int TEXTS = 20;
    private static final int TOKENS_MAX = 80;
    private static final int WARM_ROUNDS = 20;

    private static final Map<String, Supplier<Grammar>> GRAMMARS = grammars();

    private GrammarMaskProgram() {}

    private static Map<String, Supplier<Grammar>> grammars() {
        Map<String, Supplier<Grammar>> grammars = new LinkedHashMap<>();
        grammars.put("any JSON object", Grammar::jsonObject);
        grammars.put("schema", () -> Grammar.jsonSchema("""
                {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0,"maximum":150},
                 "tags":{"type":"array","items":{"type":"string"}},"score":{"type":"number"},
                 "kind":{"enum":["cat","dog","bird"]}},"required":["name","age","tags","score","kind"]}"""));
        grammars.put("string of at most 500", () -> Grammar.jsonSchema("{\"type\":\"string\",\"maxLength\":500}"));
        grammars.put("regex", () -> Grammar.regex("([A-ZÅÄÖ][a-zåäö]{1,12} ){3,40}\\."));
        return grammars;
    }

    public static void main(String[] arguments) {
        if (arguments.length == 0) {
            measure("256,000 synthetic tokens", new SyntheticVocabulary(256_000));
        }
        for (String argument : arguments) {
            try (Gguf file = Gguf.open(Path.of(argument))) {
                measure(Path.of(argument).getFileName().toString(), Tokenizers.open(file));
            }
        }
    }

    private static void measure(String name, Tokenizer tokenizer) {
        long begin = System.nanoTime();
        TokenTrie trie = TokenTrie.of(tokenizer);
        System.out.printf("%s: %s, made in %.0f ms%n", name, trie, (System.nanoTime() - begin) / 1e6);
        System.out.println(
                "| grammar | compiled, ms | first texts: mean, longest, µs | after warm-up: mean, p50, p99, µs |");
        System.out.println("| --- | --- | --- | --- |");
        GRAMMARS.forEach((label, grammar) -> {
            long start = System.nanoTime();
            TokenGrammar prepared = grammar.get().over(trie);
            double compiled = (System.nanoTime() - start) / 1e6;
            double[] cold = times(prepared);
            double[] warm = cold;
            for (int round = 0; round < WARM_ROUNDS; round++) {
                warm = times(prepared);
            }
            System.out.printf(
                    "| %s | %.0f | %.0f, %.0f | %.1f, %.1f, %.1f |%n",
                    label,
                    compiled,
                    mean(cold),
                    cold[cold.length - 1],
                    mean(warm),
                    warm[warm.length / 2],
                    warm[warm.length * 99 / 100]);
        });
    }

    /// Microseconds a token, the shortest first.
    private static double[] times(TokenGrammar grammar) {
        SplittableRandom random = new SplittableRandom(1);
        double[] times = new double[TEXTS * TOKENS_MAX];
        int count = 0;
        for (int text = 0; text < TEXTS; text++) {
            GrammarState state = grammar.begin(Set.of());
            for (int i = 0; i < TOKENS_MAX && !state.isLast(); i++) {
                long begin = System.nanoTime();
                TokenMask mask = state.mask();
                long masked = System.nanoTime();
                int id = mask.next(0);
                for (int skip = random.nextInt(mask.count()); skip > 0; skip--) {
                    id = mask.next(id + 1);
                }
                long chosen = System.nanoTime();
                state.accept(id);
                times[count++] = (System.nanoTime() - chosen + masked - begin) / 1e3;
            }
        }
        double[] taken = Arrays.copyOf(times, count);
        Arrays.sort(taken);
        return taken;
    }

    private static double mean(double[] times) {
        return Arrays.stream(times).average().orElse(0);
    }
}
