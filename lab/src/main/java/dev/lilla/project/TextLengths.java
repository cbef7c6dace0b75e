package dev.lilla.project;

/// How long the texts of a project are, in characters.
///
/// @param input of inputs with their contexts
/// @param output of right answers
public record TextLengths(Lengths input, Lengths output) {
    /// Half of the texts are no longer than the median, 95 % no longer than `p95`.
    public record Lengths(int median, int p95, int most) {}

    static TextLengths of(LengthCounter input, LengthCounter output) {
        return new TextLengths(lengths(input), lengths(output));
    }

    private static Lengths lengths(LengthCounter counter) {
        return new Lengths(counter.quantile(0.5), counter.quantile(0.95), counter.most());
    }
}
