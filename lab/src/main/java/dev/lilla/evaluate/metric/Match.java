package dev.lilla.evaluate.metric;

/// One comparison of two models.
///
/// @param outcome 1 if the first won, 0 if the second did, 0.5 for a tie
public record Match(String first, String second, double outcome) {
    public Match {
        if (outcome != 0 && outcome != 0.5 && outcome != 1) {
            throw new IllegalArgumentException("a match ends with 1, 0.5 or 0, found " + outcome);
        }
        if (first.equals(second)) {
            throw new IllegalArgumentException(first + " cannot be compared with itself");
        }
    }
}
