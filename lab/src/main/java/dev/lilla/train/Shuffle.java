package dev.lilla.train;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Orders that depend on their seed and number alone, so that a run goes on from its counters.
final class Shuffle {
    private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
            RandomGeneratorFactory.of("L64X128MixRandom");
    /// The golden ratio in 64 bits: numbers in a row become seeds far apart (Steele et al., OOPSLA 2014).
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L;

    private Shuffle() {}

    /// The numbers from 0 to `size - 1` in the order of `seed` and `number` (Fisher and Yates).
    static int[] of(int size, long seed, long number) {
        RandomGenerator random = GENERATORS.create(seed ^ number * GOLDEN_RATIO);
        int[] order = inOrder(size);
        for (int last = size - 1; last > 0; last--) {
            int other = random.nextInt(last + 1);
            int value = order[last];
            order[last] = order[other];
            order[other] = value;
        }
        return order;
    }

    static int[] inOrder(int size) {
        int[] order = new int[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        return order;
    }
}
