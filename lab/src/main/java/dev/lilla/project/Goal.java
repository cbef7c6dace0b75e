package dev.lilla.project;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a model must do, and what it must meet.
///
/// @param labels the classes, if the file names them
/// @param minimumQuality the least value of the metric that will do, 0 to 1
/// @param terms in which languages, under which licenses, and where texts may go
public record Goal(
        Task task,
        Optional<String> description,
        List<String> labels,
        Metric metric,
        OptionalDouble minimumQuality,
        Limits limits,
        Terms terms) {
    public Goal {
        labels = List.copyOf(labels);
    }

    /// What is not about quality or speed.
    ///
    /// @param languages codes, lower-case
    /// @param licenses `open`, `commercial`, `any` or ids of licenses
    public record Terms(List<String> languages, List<String> licenses, Privacy privacy) {
        public Terms {
            languages = List.copyOf(languages);
            licenses = List.copyOf(licenses);
        }
    }
}
