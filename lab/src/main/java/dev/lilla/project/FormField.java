package dev.lilla.project;

import java.util.Optional;

/// A field of the project file.
///
/// @param name of the key
/// @param about what it is, in every language that `lilla init` speaks
/// @param usual what is taken where it is missing, in words of the file
record FormField(String name, FieldKind kind, Presence presence, Wording about, Optional<String> usual) {
    enum Presence {
        REQUIRED,
        OPTIONAL
    }

    static FormField optional(String name, FieldKind kind, String en, String sv) {
        return new FormField(name, kind, Presence.OPTIONAL, new Wording(en, sv), Optional.empty());
    }

    FormField required() {
        return new FormField(name, kind, Presence.REQUIRED, about, usual);
    }

    FormField usually(String value) {
        return new FormField(name, kind, presence, about, Optional.of(value));
    }
}
