package dev.lilla.project;

import java.nio.file.Path;
import java.util.List;

/// How the chosen model is served.
///
/// @param folder where its files are written
public record Deployment(Target target, Path folder, int port) {
    /// Who answers.
    public enum Target {
        LOCAL,
        /// A cloud model answers what the local one cannot.
        HYBRID;

        static List<String> labels() {
            return EnumWords.of(Target.class);
        }
    }
}
