package dev.lilla.train;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Examples parted into those to train on and those to validate with.
///
/// @param train in the order they came in, as is `validation`
public record Split(List<Example> train, List<Example> validation) {
    public Split {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
    }

    /// Sets a part aside: the end of a single text, else examples at random.
    ///
    /// @param part for validation, above 0 and below 1
    /// @throws IllegalArgumentException if one side would be empty
    public static Split of(List<Example> examples, double part, long seed) {
        return examples.size() == 1 && examples.getFirst() instanceof Example.Text whole
                ? ofText(whole, part)
                : atRandom(examples, part, seed);
    }

    /// Cut at the end of a line where there is one in the last part, else at a space.
    private static Split ofText(Example.Text whole, double part) {
        String text = whole.text();
        int wanted = (int) (text.length() * (1 - part));
        int line = text.indexOf('\n', wanted);
        int cut = line < 0 ? text.indexOf(' ', wanted) : line;
        if (cut < 1 || text.substring(0, cut).isBlank() || text.substring(cut).isBlank()) {
            throw new IllegalArgumentException("the text is too short to set a part aside for validation. Give more,"
                    + " a file of its own with --validation, or no part: --validation-part 0");
        }
        int firstLine = whole.line() + (int) text.substring(0, cut + 1).lines().count();
        return new Split(
                List.of(new Example.Text(whole.line(), text.substring(0, cut + 1))),
                List.of(new Example.Text(firstLine, text.substring(cut + 1))));
    }

    /// Sets a part aside at random. Examples that say the same stay together, so that none is on both sides.
    ///
    /// @param part for validation, above 0 and below 1
    /// @throws IllegalArgumentException if one side would be empty
    public static Split atRandom(List<Example> examples, double part, long seed) {
        if (!(part > 0 && part < 1)) {
            throw new IllegalArgumentException("the part for validation is above 0 and below 1, found " + part);
        }
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < examples.size(); i++) {
            groups.computeIfAbsent(Fingerprint.of(examples.get(i)), _ -> new ArrayList<>())
                    .add(i);
        }
        List<List<Integer>> order = new ArrayList<>(groups.values());
        int[] places = Shuffle.of(order.size(), seed, 0);
        int wanted = (int) Math.max(1, Math.round(examples.size() * part));
        BitSet aside = new BitSet();
        for (int i = 0; i < order.size() && aside.cardinality() < wanted; i++) {
            order.get(places[i]).forEach(aside::set);
        }
        List<Example> train = new ArrayList<>();
        List<Example> validation = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            (aside.get(i) ? validation : train).add(examples.get(i));
        }
        if (train.isEmpty()) {
            throw new IllegalArgumentException(
                    "of " + examples.size() + " examples, " + groups.size()
                            + " of them different, none is left to train on. Give more, or no part to validation: --validation-part 0");
        }
        return new Split(train, validation);
    }
}
