package dev.lilla.project;

import java.util.Locale;

/// A language that Lilla speaks to people.
public enum Tongue {
    ENGLISH,
    SWEDISH;

    /// The language of a code as `en`, `sv` or `sv_SE.UTF-8`; English where it is neither.
    public static Tongue of(String code) {
        return code.toLowerCase(Locale.ROOT).startsWith("sv") ? SWEDISH : ENGLISH;
    }
}
