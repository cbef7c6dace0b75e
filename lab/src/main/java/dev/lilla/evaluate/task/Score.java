package dev.lilla.evaluate.task;

import dev.lilla.evaluate.metric.Scale;
import dev.lilla.evaluate.statistics.Tally;

/// A metric with all it counted.
///
/// @param metric its name
public record Score(String metric, Scale scale, Tally tally) {}
