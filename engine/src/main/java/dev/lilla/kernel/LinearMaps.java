package dev.lilla.kernel;

import dev.lilla.kernel.MatrixKernels.Ending;
import dev.lilla.kernel.x64.LinuxMemory;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The linear maps of the host: weights are packed once where the kernels want that, rows are encoded once for all
/// maps that read them, and all weight rows of these maps are cut into one set of shares.
final class LinearMaps {
    /// Weight rows in a share are a multiple of this: the rows of a panel, which also are one cache line of
    /// results, so no two workers write the same.
    private static final int ROW_GRAIN = PanelLayout.ROWS;

    /// Rows from which on a product is bound by computing, not by reading the weights.
    private static final int MANY_ROWS = 32;

    private static final int SHARES_PER_WORKER = 4;

    /// Pairs of panels with 512 weight rows.
    private static final int PAIRS_MAX = 16;

    private final Kernels kernels;
    private final @Nullable MatrixProducts products;
    private final Shares shares;
    private final WeightMemory weights;
    private final Arena arena;
    private final Map<RowEncoding, Scratch> encodings = new EnumMap<>(RowEncoding.class);

    /// @param products for weights that are multiplied as they lie, or null if `kernels` serve those as well
    LinearMaps(Kernels kernels, @Nullable MatrixProducts products, Shares shares, WeightMemory weights, Arena arena) {
        this.kernels = kernels;
        this.products = products;
        this.shares = shares;
        this.weights = weights;
        this.arena = arena;
        for (RowEncoding encoding : RowEncoding.values()) {
            encodings.put(encoding, new Scratch(arena));
        }
    }

    /// One map on the host.
    ///
    /// @param firstUnit number of its first 16 rows among those of all maps
    private record Term(HostWeight weight, @Nullable HostWeight bias, HostMatrix y, int firstUnit) {
        int units() {
            return Math.ceilDiv(weight.out(), ROW_GRAIN);
        }
    }

    /// The weight as the kernels read it best: with panels in memory, or where it is mapped and shall stay so, with
    /// panels in passing.
    ///
    /// @throws CapacityException if the memory for them cannot be had
    HostWeight prepare(HostWeight weight) {
        Optional<PanelLayout> layout = kernels.packing(weight.type());
        if (layout.isEmpty() || weight.in() == 0 || weight.out() == 0) {
            return weight;
        }
        return weights == WeightMemory.MAPPED && weight.data().isMapped()
                ? weight.passing(layout.get())
                : pack(weight, layout.get());
    }

    /// The panels in which weights of a mapped file are kept, or empty where they stay in it.
    Optional<PanelLayout> packing(ElementType type) {
        return weights == WeightMemory.MAPPED ? Optional.empty() : kernels.packing(type);
    }

    /// The weight for the passes of training, of many rows each: nothing is kept beside what is stored, which the
    /// backward pass reads as well.
    ///
    /// Weights of bf16 are multiplied as they lie where a processor multiplies bf16, twice as fast as
    /// f32 by vectors and several times by tiles. All others are laid out in passing, about a cycle for
    /// ten bytes.
    HostWeight frozen(HostWeight weight, Precision precision) {
        if (products != null && products.readsPairs(weight, precision)) {
            return weight.direct(precision);
        }
        return kernels.packing(weight.type()).map(weight::passing).orElse(weight);
    }

    private HostWeight pack(HostWeight weight, PanelLayout layout) {
        long size = PackedWeight.bytes(layout, weight.out(), weight.in());
        MemorySegment memory = LinuxMemory.pages(size, arena)
                .orElseThrow(() -> new CapacityException(
                        "no memory for the panels of " + weight + ", " + size + " bytes outside the heap"));
        PackedWeight packed = new PackedWeight(layout, weight.out(), weight.in(), memory);
        if (weight.data().isMapped()) {
            LinuxMemory.populate(weight.data());
        }
        shares.run(packed.panels(), (long) ROW_GRAIN * weight.in(), share -> kernels.pack(weight, packed, share));
        if (weight.data().isMapped()) {
            LinuxMemory.release(weight.data());
        }
        return weight.withPacked(packed);
    }

    /// See [Backend#linear]. Rows of prompts are computed apart from the others where the kernels round them.
    void linear(List<LinearTerm> terms, HostMatrix x, List<RowRange> prompts) {
        List<LinearTerm> stored = new ArrayList<>(terms.size());
        for (LinearTerm term : terms) {
            if (!isMultiplied(term, x)) {
                stored.add(term);
            }
        }
        if (!stored.isEmpty()) {
            linearStored(stored, x, prompts);
        }
    }

    /// Computes a map whose weight is read as it lies at this time.
    private boolean isMultiplied(LinearTerm term, HostMatrix x) {
        HostWeight weight = ShapeCheck.host(term.weight());
        if (weight.direct() == null || products == null) {
            return false;
        }
        HostWeight bias = term.bias() == null ? null : ShapeCheck.host(term.bias());
        Term map = new Term(weight, bias, ShapeCheck.host(term.y()), 0);
        check(map, x);
        if (bias != null) {
            for (int row = 0; row < map.y().rows(); row++) {
                long bytes = (long) weight.out() * Float.BYTES;
                MemorySegment.copy(bias.data(), 0, map.y().memory(), map.y().at(row, 0), bytes);
            }
        }
        products.multiplyTurned(weight.direct(), StridedMatrix.of(x), weight, map.y(), new Ending(1, bias != null));
        return true;
    }

    private void linearStored(List<LinearTerm> terms, HostMatrix x, List<RowRange> prompts) {
        if (prompts.isEmpty() || !kernels.roundsPrompts()) {
            linear(terms, x, Phase.EXACT);
            return;
        }
        int row = 0;
        for (RowRange prompt : joined(prompts)) {
            part(terms, x, row, prompt.from(), Phase.EXACT);
            part(terms, x, prompt.from(), prompt.to(), Phase.PROMPT);
            row = prompt.to();
        }
        part(terms, x, row, x.rows(), Phase.EXACT);
    }

    /// Neighbors become one, for all of which weights are read and unpacked once: a batch of long
    /// sequences in training is nothing else.
    private static List<RowRange> joined(List<RowRange> prompts) {
        List<RowRange> joined = new ArrayList<>(prompts.size());
        for (RowRange prompt : prompts) {
            if (!joined.isEmpty() && joined.getLast().to() == prompt.from()) {
                RowRange last = joined.removeLast();
                joined.add(new RowRange(last.from(), last.count() + prompt.count()));
            } else {
                joined.add(prompt);
            }
        }
        return joined;
    }

    /// Whether rows may be rounded.
    private enum Phase {
        EXACT,
        PROMPT
    }

    private void part(List<LinearTerm> terms, HostMatrix x, int from, int to, Phase phase) {
        if (from == 0 && to == x.rows()) {
            linear(terms, x, phase);
        } else if (from < to) {
            List<LinearTerm> rows = new ArrayList<>(terms.size());
            for (LinearTerm term : terms) {
                rows.add(new LinearTerm(term.weight(), term.bias(), term.y().rows(from, to - from)));
            }
            linear(rows, x.rows(from, to - from), phase);
        }
    }

    private void linear(List<LinearTerm> terms, HostMatrix x, Phase phase) {
        Term[] maps = new Term[terms.size()];
        int units = 0;
        for (int i = 0; i < maps.length; i++) {
            LinearTerm term = terms.get(i);
            HostWeight bias = term.bias() == null ? null : ShapeCheck.host(term.bias());
            maps[i] = new Term(ShapeCheck.host(term.weight()), bias, ShapeCheck.host(term.y()), units);
            check(maps[i], x);
            units += maps[i].units();
        }
        LinearInput input = encode(maps, x, phase);
        long steps = (long) ROW_GRAIN * x.columns() * x.rows();
        shares.run(units, steps, grain(units, x), share -> {
            for (Term map : maps) {
                int from = Math.max(share.from() - map.firstUnit(), 0);
                int to = Math.min(share.to() - map.firstUnit(), map.units());
                if (from < to) {
                    kernels.matmul(map.weight(), map.bias(), input, map.y(), rows(map, from, to, share));
                }
            }
        });
    }

    /// Panels a share has at least. One row streams the weights, so shares may be small. Many rows are streamed
    /// once for every share: then shares are as large as still gives each worker four, up to 512 weight rows
    /// (KERNELS.md 3), and of whole pairs of panels, which tiles take at once.
    private int grain(int units, HostMatrix x) {
        if (x.rows() < MANY_ROWS) {
            return 1;
        }
        int pairs = units / (2 * SHARES_PER_WORKER * shares.threads());
        return 2 * Math.clamp(pairs, 1, PAIRS_MAX);
    }

    private static Share rows(Term map, int from, int to, Share share) {
        return new Share(from * ROW_GRAIN, Math.min(to * ROW_GRAIN, map.weight().out()), share.scratch());
    }

    /// See [Backend#linearAdd].
    void linearAdd(HostWeight weight, float scale, HostMatrix x, HostMatrix y) {
        Term map = new Term(weight, null, y, 0);
        check(map, x);
        if (weight.direct() != null && products != null) {
            products.multiplyTurned(weight.direct(), StridedMatrix.of(x), weight, y, new Ending(scale, true));
            return;
        }
        LinearInput input = encode(new Term[] {map}, x, Phase.EXACT);
        long steps = (long) ROW_GRAIN * x.columns() * x.rows();
        shares.run(
                map.units(),
                steps,
                grain(map.units(), x),
                share -> kernels.matmulAdd(weight, scale, input, y, rows(map, share.from(), share.to(), share)));
    }

    private static void check(Term map, HostMatrix x) {
        ShapeCheck.require(
                map.weight().shape().rank() >= 2
                        && x.rows() == map.y().rows()
                        && x.columns() == map.weight().in()
                        && map.y().columns() == map.weight().out(),
                "linear",
                map.weight(),
                x,
                map.y());
        if (map.bias() != null) {
            ShapeCheck.vector("linear", map.bias(), map.weight().out());
        }
    }

    private LinearInput encode(Term[] maps, HostMatrix x, Phase phase) {
        Map<RowEncoding, EncodedRows> encoded = new EnumMap<>(RowEncoding.class);
        for (Term map : maps) {
            PanelLayout layout = map.weight().layout();
            if (layout != null) {
                RowEncoding wanted = phase == Phase.PROMPT ? kernels.promptEncoding(layout) : layout.encoding();
                encoded.computeIfAbsent(wanted, encoding -> encode(x, encoding));
            }
        }
        return new LinearInput(x, phase == Phase.PROMPT, encoded);
    }

    private EncodedRows encode(HostMatrix x, RowEncoding encoding) {
        long size = EncodedRows.bytes(encoding, x.rows(), x.columns());
        MemorySegment memory = Objects.requireNonNull(encodings.get(encoding)).memory(size);
        EncodedRows target = new EncodedRows(encoding, x.rows(), x.columns(), memory);
        long steps = (long) target.columnsOf(0) * target.rowsOf(0);
        shares.run(target.units(), steps, share -> kernels.encode(x, target, share));
        return target;
    }
}
