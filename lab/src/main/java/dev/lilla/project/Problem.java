package dev.lilla.project;

import java.util.Optional;

/// What is wrong in a project file.
///
/// @param key the path of keys to it, as `goal.latency_p95`; empty for the file as a whole
/// @param message what was found and what is expected
public record Problem(Optional<Place> place, String key, String message) {
    /// As one line, behind the name of the file.
    String text() {
        return place.map(at -> at + ": ").orElse("") + (key.isEmpty() ? "" : key + ": ") + message + ".";
    }
}
