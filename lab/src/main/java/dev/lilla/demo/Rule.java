package dev.lilla.demo;

import java.util.List;

/// The alternatives of a rule.
///
/// @param known for training, and for tests of names
/// @param heldOut for tests of phrasings; the same as `known` where nothing is held out
record Rule(List<Phrase> known, List<Phrase> heldOut) {
    Rule {
        known = List.copyOf(known);
        heldOut = List.copyOf(heldOut);
    }

    List<Phrase> of(Split split) {
        return split == Split.HELD_OUT_PHRASING ? heldOut : known;
    }
}
