package dev.lilla.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.format.ModelFormatException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BytePairEncodingTest {
    private static final int LETTERS = 4;

    /// Merges that pair any two symbols so far, ranked in the order made.
    private static PairTable randomPairs(RandomGenerator random, int merges) {
        PairTable pairs = new PairTable(merges);
        int symbols = LETTERS;
        for (int rank = 0; rank < merges; rank++) {
            if (pairs.put(random.nextInt(symbols), random.nextInt(symbols), rank, symbols)) {
                symbols++;
            }
        }
        return pairs;
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /// The definition: find the lowest rank, merge its leftmost pair, again.
    private static int[] byDefinition(PairTable pairs, int[] symbols) {
        int[] left = symbols.clone();
        while (true) {
            int best = -1;
            for (int i = 0; i + 1 < left.length; i++) {
                long value = pairs.find(left[i], left[i + 1]);
                if (value != PairTable.NONE
                        && (best < 0
                                || PairTable.rank(value) < PairTable.rank(pairs.find(left[best], left[best + 1])))) {
                    best = i;
                }
            }
            if (best < 0) {
                return left;
            }
            int[] shorter = new int[left.length - 1];
            System.arraycopy(left, 0, shorter, 0, best);
            shorter[best] = PairTable.merged(pairs.find(left[best], left[best + 1]));
            System.arraycopy(left, best + 2, shorter, best + 1, left.length - best - 2);
            left = shorter;
        }
    }

    @Nested
    class Merging {
        @Test
        void followsTheDefinitionForShortAndLongPieces() {
            RandomGenerator random = random(1);
            for (int run = 0; run < 300; run++) {
                PairTable pairs = randomPairs(random, 1 + random.nextInt(60));
                int[] symbols = random.ints(random.nextInt(120), 0, LETTERS).toArray();
                int[] merged = symbols.clone();
                int count = new BytePairEncoding(pairs).merge(merged, merged.length);
                assertThat(Arrays.copyOf(merged, count)).isEqualTo(byDefinition(pairs, symbols));
            }
        }

        @Test
        void givesTheSameByHeapAsByScanning() {
            RandomGenerator random = random(2);
            for (int run = 0; run < 300; run++) {
                PairTable pairs = randomPairs(random, 1 + random.nextInt(40));
                int[] symbols = random.ints(random.nextInt(33), 0, LETTERS).toArray();
                int[] byHeap = symbols.clone();
                int count = new MergeRun(pairs, byHeap, byHeap.length).finish();
                assertThat(Arrays.copyOf(byHeap, count)).isEqualTo(byDefinition(pairs, symbols));
            }
        }

        @Test
        void endsWhereMergesNameEachOther() {
            PairTable pairs = new PairTable(4);
            pairs.put(0, 1, 0, 0);
            pairs.put(0, 0, 1, 1);
            pairs.put(1, 1, 2, 0);
            pairs.put(1, 0, 3, 1);
            int[] symbols = new int[5000];
            assertThat(new BytePairEncoding(pairs).merge(symbols, symbols.length))
                    .isEqualTo(1);
        }

        @Test
        void leavesNothingOfNothing() {
            assertThat(new BytePairEncoding(new PairTable(0)).merge(new int[0], 0))
                    .isZero();
            assertThat(new MergeRun(new PairTable(0), new int[0], 0).finish()).isZero();
        }
    }

    @Nested
    class Work {
        /// At most three look-ups and pushes a merge, each of at most log2(n) = 20 moves: 60 n.
        private static final int STEPS_A_SYMBOL = 80;

        private static final int SYMBOLS = 1_000_000;

        @Test
        void growsAsNLogNForOneRepeatedCharacter() {
            PairTable pairs = new PairTable(20);
            for (int i = 0; i < 20; i++) {
                pairs.put(i, i, i, i + 1);
            }
            int[] symbols = new int[SYMBOLS];
            MergeRun run = new MergeRun(pairs, symbols, SYMBOLS);
            assertThat(run.finish()).isLessThan(30);
            assertThat(run.steps()).isLessThan((long) STEPS_A_SYMBOL * SYMBOLS);
        }

        @Test
        void growsAsNLogNForAMillionRandomLetters() {
            RandomGenerator random = random(3);
            PairTable pairs = randomPairs(random, 5000);
            MergeRun run = new MergeRun(pairs, random.ints(SYMBOLS, 0, LETTERS).toArray(), SYMBOLS);
            assertThat(run.finish()).isLessThan(SYMBOLS);
            assertThat(run.steps()).isLessThan((long) STEPS_A_SYMBOL * SYMBOLS);
        }

        @Test
        void growsAsNLogNWhereEachMergeMakesTheNextPossible() {
            PairTable pairs = new PairTable(1);
            pairs.put(1, 0, 0, 1);
            int[] symbols = new int[SYMBOLS];
            symbols[0] = 1;
            MergeRun run = new MergeRun(pairs, symbols, SYMBOLS);
            assertThat(run.finish()).isEqualTo(1);
            assertThat(run.steps()).isLessThan((long) STEPS_A_SYMBOL * SYMBOLS);
        }
    }

    @Nested
    class Pairs {
        @Test
        void keepTheFirstOfEqualOnes() {
            PairTable pairs = new PairTable(2);
            assertThat(pairs.put(7, 8, 1, 9)).isTrue();
            assertThat(pairs.put(7, 8, 2, 10)).isFalse();
            assertThat(PairTable.rank(pairs.find(7, 8))).isEqualTo(1);
            assertThat(PairTable.merged(pairs.find(7, 8))).isEqualTo(9);
            assertThat(pairs.find(8, 7)).isEqualTo(PairTable.NONE);
        }

        @Test
        void holdNegativeSymbolsApart() {
            PairTable pairs = new PairTable(1);
            pairs.put(0, 0, 0, 1);
            assertThat(pairs.find(-1, -1)).isEqualTo(PairTable.NONE);
            assertThat(pairs.find(~0x10FFFF, 0)).isEqualTo(PairTable.NONE);
        }

        @Test
        void areRefusedIfATokenIsMissing() {
            Vocabulary vocabulary = Vocabulary.of(List.of("a", "b"));
            Assertions.assertThatThrownBy(() ->
                            MergePairs.fromList(List.of(Merge.parse("a b", "f")), vocabulary, 0, "m.json: merges"))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("m.json: merges[0]")
                    .hasMessageContaining("\"ab\"");
        }

        @Test
        void areRefusedIfALineIsNoPair() {
            for (String line : List.of("", "a", "a ", " a")) {
                Assertions.assertThatThrownBy(() -> Merge.parse(line, "merges.txt: line 3"))
                        .isInstanceOf(ModelFormatException.class)
                        .hasMessageContaining("merges.txt: line 3");
            }
        }
    }
}
