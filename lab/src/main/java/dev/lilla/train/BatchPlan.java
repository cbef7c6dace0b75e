package dev.lilla.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Which examples each step takes, and how they are packed into micro-batches.
///
/// It depends on the lengths, the options, the seed and the epoch alone. Sequences are packed side by
/// side without padding and never see each other.
final class BatchPlan {
    private final int[] lengths;
    private final BatchOptions options;
    private final long seed;

    /// @param lengths tokens of each example
    /// @throws IllegalArgumentException if one alone exceeds a micro-batch
    BatchPlan(int[] lengths, BatchOptions options, long seed) {
        this.lengths = lengths.clone();
        this.options = options;
        this.seed = seed;
        int longest = Arrays.stream(lengths).max().orElse(0);
        if (longest > options.microBatchTokens()) {
            throw new IllegalArgumentException("an example has " + longest + " tokens, more than a micro-batch of "
                    + options.microBatchTokens() + ". Allow more with --micro-batch, or cut with --max-length.");
        }
    }

    /// The examples of one step of the optimizer, by index.
    ///
    /// @param microBatches each goes through the model at once
    record StepExamples(List<int[]> microBatches) {}

    int stepsPerEpoch() {
        return Math.ceilDiv(lengths.length, options.examples());
    }

    /// The steps of an epoch; the last one has what is left.
    ///
    /// @param epoch from 0
    List<StepExamples> epoch(int epoch) {
        int[] order = switch (options.order()) {
            case SHUFFLED -> Shuffle.of(lengths.length, seed, 1L + epoch);
            case FILE -> Shuffle.inOrder(lengths.length);
        };
        List<StepExamples> steps = new ArrayList<>();
        int pool =
                Math.toIntExact(Math.min((long) options.examples() * options.poolSteps(), Math.max(lengths.length, 1)));
        for (int from = 0; from < order.length; from += pool) {
            steps.addAll(pool(Arrays.copyOfRange(order, from, Math.min(order.length, from + pool)), epoch));
        }
        return steps;
    }

    private List<StepExamples> pool(int[] members, int epoch) {
        boolean isSorted = options.poolSteps() > 1;
        int[] sorted = isSorted ? byLength(members) : members;
        List<StepExamples> steps = new ArrayList<>();
        for (int from = 0; from < sorted.length; from += options.examples()) {
            steps.add(new StepExamples(
                    pack(Arrays.copyOfRange(sorted, from, Math.min(sorted.length, from + options.examples())))));
        }
        if (!isSorted) {
            return steps;
        }
        // The incomplete step stays last, so that steps before it have the same number of examples.
        boolean hasRest = sorted.length % options.examples() != 0;
        List<StepExamples> whole = hasRest ? steps.subList(0, steps.size() - 1) : steps;
        List<StepExamples> mixed = new ArrayList<>();
        for (int place : Shuffle.of(whole.size(), ~seed, (long) epoch << 32 | members[0])) {
            mixed.add(whole.get(place));
        }
        if (hasRest) {
            mixed.add(steps.getLast());
        }
        return mixed;
    }

    private int[] byLength(int[] members) {
        return Arrays.stream(members)
                .boxed()
                .sorted(Comparator.comparingInt(member -> lengths[member]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /// Micro-batches in the order of their first examples. Each takes what fits, longest first, where
    /// its size alone bounds it; in order where the number of examples does, since the means of such
    /// micro-batches mean something.
    private List<int[]> pack(int[] members) {
        return options.microBatchExamples().isPresent()
                ? inOrder(members, options.microBatchExamples().getAsInt())
                : firstFit(members);
    }

    private List<int[]> inOrder(int[] members, int most) {
        List<int[]> batches = new ArrayList<>();
        int from = 0;
        int tokens = 0;
        for (int i = 0; i < members.length; i++) {
            int length = lengths[members[i]];
            if (i - from == most || tokens + length > options.microBatchTokens()) {
                batches.add(Arrays.copyOfRange(members, from, i));
                from = i;
                tokens = 0;
            }
            tokens += length;
        }
        batches.add(Arrays.copyOfRange(members, from, members.length));
        return batches;
    }

    /// First fit, decreasing.
    private List<int[]> firstFit(int[] members) {
        List<List<Integer>> bins = new ArrayList<>();
        List<Integer> room = new ArrayList<>();
        int[] ascending = byLength(members);
        for (int i = ascending.length - 1; i >= 0; i--) {
            int length = lengths[ascending[i]];
            int bin = 0;
            while (bin < bins.size() && room.get(bin) < length) {
                bin++;
            }
            if (bin == bins.size()) {
                bins.add(new ArrayList<>());
                room.add(options.microBatchTokens());
            }
            bins.get(bin).add(ascending[i]);
            room.set(bin, room.get(bin) - length);
        }
        return bins.stream()
                .map(bin -> bin.stream().mapToInt(Integer::intValue).toArray())
                .toList();
    }
}
