package dev.lilla.project;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What a model must keep to.
///
/// @param latencyP95 95 % of requests are answered within it
/// @param memoryBytes the process may take
/// @param diskBytes the file may take
/// @param costPer1000 what 1,000 requests may cost, in the currency of the price file
public record Limits(
        Optional<Duration> latencyP95, OptionalLong memoryBytes, OptionalLong diskBytes, OptionalDouble costPer1000) {}
