package dev.lilla.demo;

import java.util.Locale;

/// A language of the corpus.
public enum Language {
    EN,
    SV;

    /// `en` or `sv`, as in the names of the grammar files.
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
