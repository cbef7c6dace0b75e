package dev.lilla.chat;

/// What speculation did for an answer.
///
/// @param drafted tokens that were guessed
/// @param accepted those of them that the model wrote too
/// @param steps passes through the model that wrote something; without speculation one a token
public record DraftUsage(int drafted, int accepted, int steps) {
    /// No step was made.
    public static final DraftUsage NONE = new DraftUsage(0, 0, 0);

    /// Accepted tokens among the drafted ones, from 0 to 1; 0 if none were drafted.
    public double acceptedShare() {
        return drafted == 0 ? 0 : (double) accepted / drafted;
    }
}
