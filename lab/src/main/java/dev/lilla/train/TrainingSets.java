package dev.lilla.train;

import java.util.Optional;

/// What to learn, and what to tell by whether it was learned.
public record TrainingSets(ExampleSet train, Optional<ExampleSet> validation) {}
