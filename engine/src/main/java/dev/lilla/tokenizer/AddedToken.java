package dev.lilla.tokenizer;

/// A token found in the text before the algorithm of the vocabulary runs.
///
/// @param content its text
/// @param special whether it steers the model and is not part of a text
/// @param matching how it is found
record AddedToken(int id, String content, boolean special, Matching matching) {
    /// @param onNormalized whether it is looked for in the normalized text
    /// @param stripsLeft whether it swallows white space before it
    /// @param stripsRight whether it swallows white space after it
    /// @param wholeWord whether it is found only where no word continues around it
    record Matching(boolean onNormalized, boolean stripsLeft, boolean stripsRight, boolean wholeWord) {
        /// Found anywhere in the text as given.
        static final Matching EXACT = new Matching(false, false, false, false);
        /// Found anywhere in the normalized text.
        static final Matching NORMALIZED = new Matching(true, false, false, false);
    }
}
