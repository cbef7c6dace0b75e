package dev.lilla.kernel;

import dev.lilla.kernel.x64.ElementKernel;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import dev.lilla.tensor.ElementType;
import dev.lilla.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Small samples of every operation that machine code serves, computed by it and by the definition.
///
/// @param tested asked without further checks
record KernelTrials(Kernels tested, Kernels definition) {
    /// A usual head, for trials that no model asked for.
    static final int HEAD_DIM = 64;

    /// f32 sums of some hundred terms and the functions' approximations stay far below; mistakes do not.
    private static final double TOLERANCE = 1e-3;

    /// Rounding both factors to bf16 moves a product by at most this share of it.
    private static final double BF16_TOLERANCE = 0x1p-7 * (1 + 0x1p-8);

    /// Scores of queries and keys of bf16 are off by some hundredths, so weights by as much of themselves.
    private static final double ROUNDED_TOLERANCE = 0.1;

    /// Tokens of a prompt that may be rounded.
    private static final int LONG_PROMPT = 32;

    /// Two vectors of 512 bits and a part of one.
    private static final int COLUMNS = 37;

    private static final int ROWS = 2;

    /// An operation on `x`, `y` and `out`, each `[ROWS, COLUMNS]`.
    private interface Operation {
        void run(Kernels kernels, HostMatrix x, HostMatrix y, HostMatrix out, Share share);
    }

    /// Whether a kernel does what the definition does.
    boolean element(ElementKernel kernel) {
        return switch (kernel) {
            case RMS_NORM ->
                agree((kernels, x, y, out, share) -> {
                    kernels.rmsNorm(x, norm(false, COLUMNS), out, share);
                    kernels.headNorm(new Heads(y, 1, 2, 17, 18), norm(false, 17), share);
                });
            case LAYER_NORM ->
                agree((kernels, x, _, out, share) -> kernels.layerNorm(x, norm(false, COLUMNS), out, share));
            case LAYER_NORM_WITH_BIAS ->
                agree((kernels, x, _, out, share) -> kernels.layerNorm(x, norm(true, COLUMNS), out, share));
            case ROTATE_HALVES -> rotates(RotaryStyle.HALF_SPLIT);
            case ROTATE_PAIRS -> rotates(RotaryStyle.INTERLEAVED);
            case SILU -> activates(ActivationFunction.SILU);
            case GELU_TANH -> activates(ActivationFunction.GELU_TANH);
            case GELU_ERF -> activates(ActivationFunction.GELU_ERF);
            case GATE_SILU -> gates(ActivationFunction.SILU);
            case GATE_GELU_TANH -> gates(ActivationFunction.GELU_TANH);
            case GATE_GELU_ERF -> gates(ActivationFunction.GELU_ERF);
            case ADD -> agree((kernels, x, _, out, share) -> kernels.add(x, out, share));
            case SOFT_CAP -> agree((kernels, x, _, _, share) -> kernels.softCap(x, 1.5f, share));
            case SILU_GRADIENT,
                    GELU_TANH_GRADIENT,
                    GELU_ERF_GRADIENT,
                    GATE_SILU_GRADIENT,
                    GATE_GELU_TANH_GRADIENT,
                    GATE_GELU_ERF_GRADIENT,
                    SOFT_CAP_GRADIENT,
                    ADD_SCALED,
                    SOFTMAX,
                    SOFTMAX_GRADIENT,
                    RMS_NORM_GRADIENT,
                    LAYER_NORM_GRADIENT,
                    ADAM -> throw new IllegalArgumentException(kernel + " serves training, not Kernels");
        };
    }

    private boolean rotates(RotaryStyle style) {
        float[] inverse = {1, 0.5f, 0.3f, 0.2f, 0.1f, 0.07f, 0.05f, 0.03f, 0.02f};
        RotaryAngles angles = RotaryAngles.of(new RotaryFrequencies(style, inverse, 1.25f), new int[] {3, 700});
        return agree((kernels, x, _, _, share) -> kernels.rotate(new Heads(x, 0, 2, 18, 18), angles, share));
    }

    private boolean activates(ActivationFunction function) {
        return agree((kernels, x, _, _, share) -> kernels.activate(function, x, share));
    }

    private boolean gates(ActivationFunction function) {
        return agree((kernels, x, y, out, share) -> kernels.gate(function, x, y, out, share));
    }

    private static NormWeights norm(boolean hasBias, int length) {
        HostMatrix values = matrix(Arena.ofAuto(), 2, length, 9);
        HostWeight bias = vector(values.rows(1, 1));
        return new NormWeights(vector(values.rows(0, 1)), hasBias ? bias : null, 1e-5f);
    }

    private static HostWeight vector(HostMatrix row) {
        MemorySegment data = row.memory().asSlice(row.at(0, 0), (long) row.columns() * Float.BYTES);
        return new HostWeight("sample", ElementType.F32, Shape.of(row.columns()), data);
    }

    private boolean agree(Operation operation) {
        try (Arena arena = Arena.ofShared()) {
            Share share = new Share(0, ROWS, new Scratch(arena));
            HostMatrix[] found = operands(arena);
            HostMatrix[] expected = operands(arena);
            operation.run(tested, found[0], found[1], found[2], share);
            operation.run(definition, expected[0], expected[1], expected[2], share);
            return areClose(found[0], expected[0])
                    && areClose(found[1], expected[1])
                    && areClose(found[2], expected[2]);
        }
    }

    private static HostMatrix[] operands(Arena arena) {
        return new HostMatrix[] {
            matrix(arena, ROWS, COLUMNS, 1), matrix(arena, ROWS, COLUMNS, 2), matrix(arena, ROWS, COLUMNS, 3)
        };
    }

    /// Numbers up to 3, rows one after the other.
    private static HostMatrix matrix(Arena arena, int rows, int columns, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment memory = arena.allocate((long) rows * columns * Float.BYTES, Scratch.ALIGNMENT);
        HostMatrix matrix = new HostMatrix(memory, 0, rows, columns, columns);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                matrix.set(row, column, (float) random.nextDouble(-3, 3));
            }
        }
        return matrix;
    }

    private static boolean areClose(HostMatrix found, HostMatrix expected) {
        return areClose(found, expected, TOLERANCE);
    }

    private static boolean areClose(HostMatrix found, HostMatrix expected, double tolerance) {
        for (int row = 0; row < found.rows(); row++) {
            for (int column = 0; column < found.columns(); column++) {
                double wanted = expected.get(row, column);
                if (!(Math.abs(found.get(row, column) - wanted) <= tolerance * (1 + Math.abs(wanted)))) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Two query heads of one K/V head: nine tokens around a border of blocks, in a window, and one token.
    boolean attention(KvType type, int headDim, boolean isCapped) {
        Heading heading = new Heading(type, headDim, isCapped);
        return attend(heading, new Tokens(59, 9, 20), 1) && attend(heading, new Tokens(66, 1, Integer.MAX_VALUE), 1);
    }

    /// One token that sees two splits, by one task and by two.
    boolean mergedAttention(KvType type, int headDim, boolean isCapped) {
        Heading heading = new Heading(type, headDim, isCapped);
        Tokens token = new Tokens(AttentionStep.SPLIT_KEYS + 4, 1, Integer.MAX_VALUE);
        return attend(heading, token, 1) && attend(heading, token, 2);
    }

    /// A long prompt over three blocks, in a window and without one.
    boolean promptAttention(KvType type, int headDim, boolean isCapped) {
        Heading heading = new Heading(type, headDim, isCapped);
        return attend(heading, new Tokens(66, 70, Integer.MAX_VALUE), 1) && attend(heading, new Tokens(66, 70, 130), 1);
    }

    private record Heading(KvType type, int headDim, boolean isCapped) {}

    /// @param position of the first
    private record Tokens(int position, int count, int window) {
        boolean isPrompt() {
            return count >= LONG_PROMPT;
        }
    }

    private boolean attend(Heading heading, Tokens tokens, int splits) {
        int end = tokens.position() + tokens.count();
        int headDim = heading.headDim();
        KvLayout layout = new KvLayout(heading.type(), List.of(new KvLayout.Layer(1, headDim)));
        int blocks = Math.ceilDiv(end, KvLayout.BLOCK_TOKENS);
        try (Arena arena = Arena.ofShared();
                HostKvBlocks cache = new HostKvBlocks(layout, blocks)) {
            Scratch scratch = new Scratch(arena);
            int[] taken = new int[blocks];
            Arrays.setAll(taken, _ -> cache.take());
            // The first keys and the last; others stay zero, which costs less than to fill a long cache.
            for (int from : new int[] {0, Math.max(end - 12, 0)}) {
                int filled = Math.min(12, end - from);
                Heads cells = new Heads(matrix(arena, filled, headDim, from), 0, 1, headDim, headDim);
                CacheStep stored = new CacheStep(cells, cells, cache, 0, List.of(new Span(0, filled, from, taken)));
                definition.store(stored, new Share(0, filled, scratch));
            }
            int count = tokens.count();
            Heads queries = new Heads(matrix(arena, count, 2 * headDim, 5), 0, 2, headDim, headDim);
            float scale = (float) (1 / Math.sqrt(headDim));
            AttentionMask mask = new AttentionMask(scale, tokens.window(), heading.isCapped() ? 1.5f : 0);
            List<RowRange> prompts = tokens.isPrompt() ? List.of(new RowRange(0, count)) : List.of();
            AttentionRows rows = new AttentionRows(List.of(new Span(0, count, tokens.position(), taken)), prompts);
            HostMatrix found = matrix(arena, count, 2 * headDim, 6);
            AttentionStep step = AttentionStep.whole(queries, cache, 0, mask, rows, found);
            AttentionStep cut = splits == 1 ? step : step.splitInto(splits, new Scratch(arena));
            tested.attend(cut, new Share(0, cut.tasks(), scratch));
            if (splits > 1) {
                tested.merge(cut, new Share(0, cut.tiles().size(), scratch));
            }
            HostMatrix expected = matrix(arena, count, 2 * headDim, 7);
            AttentionStep defined = AttentionStep.whole(queries, cache, 0, mask, rows, expected);
            definition.attend(defined, new Share(0, defined.tasks(), scratch));
            return areClose(found, expected, tokens.isPrompt() ? ROUNDED_TOLERANCE : TOLERANCE);
        }
    }

    /// Eight tokens together and two alone, to the same bits.
    boolean store(KvType type, int headDim) {
        KvLayout layout = new KvLayout(type, List.of(new KvLayout.Layer(1, headDim)));
        try (Arena arena = Arena.ofShared();
                HostKvBlocks found = new HostKvBlocks(layout, 1);
                HostKvBlocks expected = new HostKvBlocks(layout, 1)) {
            Heads keys = new Heads(matrix(arena, 10, headDim, 1), 0, 1, headDim, headDim);
            Heads values = new Heads(matrix(arena, 10, headDim, 2), 0, 1, headDim, headDim);
            Share share = new Share(0, 10, new Scratch(arena));
            int[] block = {found.take()};
            expected.take();
            List<Span> spans = List.of(new Span(0, 10, 8, block));
            tested.store(new CacheStep(keys, values, found, 0, spans), share);
            definition.store(new CacheStep(keys, values, expected, 0, spans), share);
            return found.memory(block[0]).mismatch(expected.memory(block[0])) < 0;
        }
    }

    /// Has products of a layout assembled, which try themselves.
    void products(PanelLayout layout) {
        try (Arena arena = Arena.ofShared()) {
            for (int rows : new int[] {1, layout.encoding().tileRows()}) {
                HostWeight weight = packed(arena, layout, PanelLayout.ROWS);
                HostMatrix x = matrix(arena, rows, weight.in(), 4);
                HostMatrix y = matrix(arena, rows, weight.out(), 5);
                LinearInput input = encoded(arena, x, layout.encoding(), false);
                tested.matmul(weight, null, input, y, new Share(0, weight.out(), new Scratch(arena)));
            }
        }
    }

    /// A row more than a tile, with a weight row more than a panel.
    boolean tiles(PanelLayout layout) {
        try (Arena arena = Arena.ofShared()) {
            HostWeight weight = packed(arena, layout, PanelLayout.ROWS + 1);
            HostMatrix x = matrix(arena, RowEncoding.BF16.tileRows() + 1, weight.in(), 4);
            HostMatrix y = matrix(arena, x.rows(), weight.out(), 5);
            LinearInput input = encoded(arena, x, RowEncoding.BF16, true);
            tested.matmul(weight, null, input, y, new Share(0, weight.out(), new Scratch(arena)));
            return areProducts(weight, x, y);
        }
    }

    private static boolean areProducts(HostWeight weight, HostMatrix x, HostMatrix y) {
        float[] factors = new float[weight.in()];
        float[] row = new float[weight.in()];
        for (int r = 0; r < weight.out(); r++) {
            weight.copyRow(r, factors);
            for (int t = 0; t < x.rows(); t++) {
                x.copyRow(t, row);
                double sum = 0;
                double size = 0;
                for (int k = 0; k < row.length; k++) {
                    double product = (double) factors[k] * row[k];
                    sum += product;
                    size += Math.abs(product);
                }
                if (!(Math.abs(y.get(t, r) - sum) <= BF16_TOLERANCE * size + 1e-4)) {
                    return false;
                }
            }
        }
        return true;
    }

    private LinearInput encoded(Arena arena, HostMatrix x, RowEncoding encoding, boolean isPrompt) {
        long bytes = EncodedRows.bytes(encoding, x.rows(), x.columns());
        MemorySegment memory = arena.allocate(bytes, Scratch.ALIGNMENT);
        EncodedRows rows = new EncodedRows(encoding, x.rows(), x.columns(), memory);
        tested.encode(x, rows, new Share(0, rows.units(), new Scratch(arena)));
        return new LinearInput(x, isPrompt, Map.of(encoding, rows));
    }

    /// Random weights of a type that lies in these panels.
    private static HostWeight packed(Arena arena, PanelLayout layout, int out) {
        ElementType type = switch (layout) {
            case NIBBLES -> ElementType.Q4_0;
            case BYTES -> ElementType.Q8_0;
            case NIBBLE_SUPER -> ElementType.Q4_K;
            case FIVE_BIT_SUPER -> ElementType.Q5_K;
            case NIBBLE_SUPER_16 -> ElementType.Q3_K;
            case SIX_BIT_SUPER_16 -> ElementType.Q6_K;
            case LEVEL_SUPER_16 -> ElementType.IQ4_XS;
            case TWO_BIT_SUPER_16 -> ElementType.Q2_K;
            case LEVELS -> ElementType.IQ4_NL;
            case FIVE_BITS -> ElementType.Q5_0;
            case NIBBLE_AFFINE -> ElementType.Q4_1;
            case FIVE_BIT_AFFINE -> ElementType.Q5_1;
            case F32 -> ElementType.F32;
            case F16 -> ElementType.F16;
            case BF16 -> ElementType.BF16;
        };
        int in = Math.max(layout.blockColumns(), 64);
        HostMatrix values = matrix(arena, out, in, 8);
        MemorySegment data = arena.allocate(type.byteSize((long) out * in), Scratch.ALIGNMENT);
        float[] row = new float[in];
        for (int r = 0; r < out; r++) {
            values.copyRow(r, row);
            long at = r * type.byteSize(in);
            Quantizer.quantize(type, row, 0, in, data, at);
        }
        HostWeight weight = new HostWeight("sample", type, Shape.of(out, in), data);
        long bytes = PackedWeight.bytes(layout, out, in);
        PackedWeight panels = new PackedWeight(layout, out, in, arena.allocate(bytes, Scratch.ALIGNMENT));
        PanelPacker packer = new PanelPacker(weight);
        for (int panel = 0; panel < panels.panels(); panel++) {
            packer.pack(panel, panels.data());
        }
        return weight.withPacked(panels);
    }
}
