package dev.lilla.demo;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// The alternatives of a rule.
///
/// @param known for training, and for tests of names
/// @param heldOut for tests of phrasings; the same as `known` where nothing is held out
record Rule(List<Phrase> known, List<Phrase> heldOut) {
    Rule {
        known = List.copyOf(known);
        heldOut = List.copyOf(heldOut);
    }

    /// The alternatives of both.
    Rule with(Rule more) {
        return new Rule(
                Stream.concat(known.stream(), more.known.stream()).toList(),
                Stream.concat(heldOut.stream(), more.heldOut.stream()).toList());
    }

    List<Phrase> of(Split split) {
        return split == Split.HELD_OUT_PHRASING ? heldOut : known;
    }

    /// One of the alternatives; what can be said in many ways comes more often.
    Phrase any(Split split, RandomGenerator random) {
        List<Phrase> phrases = of(split);
        int total = phrases.stream().mapToInt(Phrase::weight).sum();
        int left = random.nextInt(total);
        for (Phrase phrase : phrases) {
            left -= phrase.weight();
            if (left < 0) {
                return phrase;
            }
        }
        throw new IllegalStateException("no alternatives");
    }
}
