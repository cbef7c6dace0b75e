package dev.lilla.demo;

/// Which names and sentence skeletons an example is made of.
public enum Split {
    /// Names and skeletons to learn from.
    TRAIN("train"),
    /// Skeletons of the training data with names that are held out.
    KNOWN_PHRASING("known"),
    /// Skeletons and names that are held out.
    HELD_OUT_PHRASING("phrasing"),
    /// Skeletons of the training data with names from outside the generator's syllables.
    FOREIGN_NAMES("foreign");

    private final String label;

    Split(String label) {
        this.label = label;
    }

    /// Its name in files: `test-phrasing.jsonl`.
    public String label() {
        return label;
    }
}
