package dev.lilla.kernel;

import java.util.List;

/// The queries of a step, by sequence.
///
/// @param prompts rows in order that belong to long prompts, all of a span or none: these, and only these, the backend
///     may round to bf16 where that is faster
public record AttentionRows(List<Span> spans, List<RowRange> prompts) {
    public AttentionRows {
        spans = List.copyOf(spans);
        prompts = List.copyOf(prompts);
    }

    /// None of which may be rounded.
    public static AttentionRows exact(List<Span> spans) {
        return new AttentionRows(spans, List.of());
    }
}
