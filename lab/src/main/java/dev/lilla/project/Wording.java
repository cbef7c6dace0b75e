package dev.lilla.project;

/// The same in the languages Lilla speaks.
public record Wording(String english, String swedish) {
    /// In one of them.
    public String in(Tongue tongue) {
        return switch (tongue) {
            case ENGLISH -> english;
            case SWEDISH -> swedish;
        };
    }
}
