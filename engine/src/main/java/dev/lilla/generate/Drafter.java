package dev.lilla.generate;

import java.util.List;

/// Guesses what sequences write next, so that the model checks several tokens in one step instead of writing one.
///
/// A wrong guess costs time and changes nothing: every token comes with the probability it has without guesses.
public interface Drafter extends AutoCloseable {
    /// Guesses nothing.
    Drafter NONE = new Drafter() {
        @Override
        public int tokensMax() {
            return 0;
        }

        @Override
        public void draft(List<Sequence> sequences) {}

        @Override
        public void close() {}
    };

    /// The most tokens guessed for a step of one sequence.
    int tokensMax();

    /// Adds guesses to the drafts of sequences, to each at most as many as it has room for.
    ///
    /// @param sequences all that run; those without room are there for a drafter that reads along
    void draft(List<Sequence> sequences);

    /// Gives back what it keeps about sequences.
    @Override
    void close();
}
