package dev.lilla.evaluate.statistics;

import java.util.List;
import java.util.OptionalDouble;

/// A score of examples that were answered several times: the mean of its rounds.
///
/// The example stays the unit. A resample takes an example with all its rounds (the cluster bootstrap; Field and Welsh,
/// "Bootstrapping clustered data", 2007), so that more rounds make an interval no narrower than the examples allow.
///
/// @param rounds of the same examples in the same order, one or more
public record RepeatedTally(List<Tally> rounds) implements Tally {
    public RepeatedTally {
        rounds = List.copyOf(rounds);
        if (rounds.isEmpty()
                || rounds.stream().mapToInt(Tally::examples).distinct().count() != 1) {
            throw new IllegalArgumentException("rounds are of the same examples, found "
                    + rounds.stream().map(Tally::examples).toList());
        }
    }

    @Override
    public int examples() {
        return rounds.getFirst().examples();
    }

    @Override
    public double score(int[] weights) {
        return rounds.stream()
                .mapToDouble(round -> round.score(weights))
                .average()
                .orElseThrow();
    }

    @Override
    public OptionalDouble example(int index) {
        double sum = 0;
        for (Tally round : rounds) {
            OptionalDouble value = round.example(index);
            if (value.isEmpty()) {
                return OptionalDouble.empty();
            }
            sum += value.getAsDouble();
        }
        return OptionalDouble.of(sum / rounds.size());
    }
}
