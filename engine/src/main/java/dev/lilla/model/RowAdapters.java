package dev.lilla.model;

import dev.lilla.kernel.Activation;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.LinearTerm;
import dev.lilla.kernel.RowRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which adapters are active in which rows of an activation, and the linear maps with what these add.
///
/// @param runs in order, without gaps
/// @param prompts rows that belong to long prompts
/// @param input what adapters read
record RowAdapters(Backend backend, Workspace workspace, List<Run> runs, List<RowRange> prompts, AdapterInput input) {
    /// Tokens of one sequence in a step from which on they are a long prompt. Fewer rows have the same
    /// bits however they are cut and whatever is beside them, which decoding, batches and drafts rely
    /// on; more may be rounded by the backend (KERNELS.md 11).
    private static final int PROMPT_TOKENS_MIN = 32;

    /// Neighboring rows with the same adapters.
    record Run(int row, int count, List<ActiveAdapter> adapters) {}

    /// Gathers rows and joins those with the same adapters.
    static final class Builder {
        private final List<Run> runs = new ArrayList<>();
        private final List<RowRange> prompts = new ArrayList<>();
        private int rows;

        /// The same for the tokens of a sequence in a step.
        void addTokens(int count, List<ActiveAdapter> adapters) {
            if (count >= PROMPT_TOKENS_MIN) {
                prompts.add(new RowRange(rows, count));
            }
            add(count, adapters);
        }

        void add(int count, List<ActiveAdapter> adapters) {
            if (count == 0) {
                return;
            }
            rows += count;
            if (runs.isEmpty()) {
                runs.add(new Run(0, count, adapters));
                return;
            }
            Run last = runs.getLast();
            if (last.adapters().equals(adapters)) {
                runs.set(runs.size() - 1, new Run(last.row(), last.count() + count, adapters));
            } else {
                runs.add(new Run(last.row() + last.count(), count, adapters));
            }
        }

        RowAdapters build(Backend backend, Workspace workspace) {
            return new RowAdapters(backend, workspace, List.copyOf(runs), List.copyOf(prompts), AdapterInput.SAME);
        }
    }

    /// The same for a pass in which no prompt may be rounded.
    RowAdapters exact() {
        return new RowAdapters(backend, workspace, runs, List.of(), input);
    }

    RowAdapters withInput(AdapterInput other) {
        return new RowAdapters(backend, workspace, runs, prompts, other);
    }

    /// The same adapters for `count` rows from row `from` on.
    RowAdapters rows(int from, int count) {
        Builder builder = new Builder();
        for (Run run : runs) {
            int start = Math.max(run.row(), from);
            int end = Math.min(run.row() + run.count(), from + count);
            builder.add(Math.max(end - start, 0), run.adapters());
        }
        return builder.build(backend, workspace);
    }

    /// `y = x · weightᵀ + bias`, plus what the adapters of each row add.
    ///
    /// @param x `[rows, in]`
    /// @param y `[rows, out]`
    void linear(BoundLinear map, Activation x, Activation y) {
        linear(List.of(map), x, y);
    }

    /// The same for maps that write adjacent columns of `y`.
    void linear(List<BoundLinear> maps, Activation x, Activation y) {
        List<LinearTerm> terms = new ArrayList<>(maps.size());
        int column = 0;
        for (BoundLinear map : maps) {
            terms.add(new LinearTerm(map.weight(), map.bias(), y.columns(column, map.out())));
            column += map.out();
        }
        backend.linear(terms, x, prompts);
        for (int i = 0; i < maps.size(); i++) {
            addChanges(maps.get(i), x, terms.get(i).y());
        }
    }

    private void addChanges(BoundLinear map, Activation x, Activation y) {
        for (Run run : runs) {
            for (ActiveAdapter active : run.adapters()) {
                Optional<LoraAdapter.Change> change =
                        active.adapter().change(map.map().weight());
                if (change.isPresent() && active.scale() != 0) {
                    Activation read = input.of(map.map().weight(), x);
                    add(
                            change.get(),
                            active.scale(),
                            read.rows(run.row(), run.count()),
                            y.rows(run.row(), run.count()));
                }
            }
        }
    }

    private void add(LoraAdapter.Change change, float scale, Activation x, Activation y) {
        Activation low = workspace.lowRank(x.rows(), change.rank());
        backend.linear(change.down(), null, x, low);
        backend.linearAdd(change.up(), scale * change.scaling(), low, y);
    }
}
