package dev.lilla.evaluate.task;

import dev.lilla.evaluate.metric.ChoiceScores.Normalization;
import dev.lilla.evaluate.metric.ClassMetric;
import dev.lilla.evaluate.metric.TextMetric;
import java.util.List;

/// What an answer is.
public sealed interface TaskKind {
    /// Written text, held against references.
    ///
    /// @param expected a text, or a list of texts of which any will do
    record Writing(Template expected, List<TextMetric> metrics) implements TaskKind {
        public Writing {
            metrics = List.copyOf(metrics);
        }
    }

    /// One of a few labels.
    ///
    /// @param labels all there are
    /// @param method how the model's choice is found
    record Classification(Template expected, List<String> labels, Method method, List<ClassMetric> metrics)
            implements TaskKind {
        public Classification {
            labels = List.copyOf(labels);
            metrics = List.copyOf(metrics);
        }
    }

    /// How the label that a model chooses is found.
    enum Method {
        /// It writes, and the label is read from its text.
        WRITTEN,
        /// The likeliest label as the continuation of the prompt.
        LIKELIHOOD
    }

    /// One of several texts, the likeliest as a continuation.
    ///
    /// @param choices a list of texts
    /// @param expected the index of the right one, or its text
    record Choice(Template choices, Template expected, List<Normalization> metrics) implements TaskKind {
        public Choice {
            metrics = List.copyOf(metrics);
        }
    }

    /// How likely a text is after the prompt.
    record Continuation(Template expected) implements TaskKind {}

    /// How likely whole texts are.
    record WholeText(Template text) implements TaskKind {}
}
