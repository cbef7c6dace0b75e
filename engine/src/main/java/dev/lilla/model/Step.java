package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.AttentionRows;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.Span;
import java.util.List;

/// One pass of a batch: what every block needs to know of it.
///
/// @param buffers of as many rows as the batch has tokens
/// @param rotary for each embedding of the [RotaryTable], how it turns the rows
/// @param positions of the rows in their sequences
/// @param tape keeps what the layer at hand overwrites
record Step(
        Backend backend,
        KvBlocks cache,
        Workspace.Buffers buffers,
        RowAdapters adapters,
        List<Span> spans,
        List<List<RotaryTable.Run>> rotary,
        int[] positions,
        Tape tape) {
    Step withAdapters(RowAdapters others) {
        return new Step(backend, cache, buffers, others, spans, rotary, positions, tape);
    }

    Step withTape(Tape other) {
        return new Step(backend, cache, buffers, adapters, spans, rotary, positions, other);
    }

    /// Whose queries attend.
    AttentionRows attentionRows() {
        return new AttentionRows(spans, adapters.prompts());
    }

    /// `y = x · weightᵀ + bias`, plus what the adapters of each row add.
    void linear(BoundLinear map, Activation x, Activation y) {
        adapters.linear(map, x, y);
    }

    /// Runs maps that write adjacent columns of `y`.
    void linear(List<BoundLinear> parts, Activation x, Activation y) {
        adapters.linear(parts, x, y);
    }
}
