package dev.lilla.kernel.x64;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// The kernels of one instruction set, assembled and tested when they are first needed and kept
/// for the life of the program.
public final class KernelSet {
    private final Isa isa;
    private final ByteDots dots;
    private final Prefetch prefetch = Prefetch.ofThisMachine();
    private final ConcurrentMap<Object, Kernel> kernels = new ConcurrentHashMap<>();

    /// The same products of panels by rows: they are asked for thousands of times a second, also while
    /// Java has compiled little.
    private final Map<PanelLayout, Kernel[]> panelProducts = new EnumMap<>(PanelLayout.class);

    /// What a product of panels is made for.
    private record ProductKey(PanelLayout layout, int rows) {}

    /// What a product of tiles is made for.
    private record TileKey(PanelLayout layout) {}

    /// What columns are unpacked from.
    private record ColumnKey(PanelLayout layout) {}

    /// What a product of matrices is made for.
    private record MatrixKey(Factors factors, int rows, int vectors) {}

    /// What a product of matrices on tiles is made for.
    private record MatrixTileKey(int down, int across) {}

    /// @param dots what [Isa#AVX2] multiplies bytes with
    public KernelSet(Isa isa, ByteDots dots) {
        this.isa = isa;
        this.dots = dots;
        for (PanelLayout layout : PanelLayout.values()) {
            panelProducts.put(layout, new Kernel[layout.encoding().tileRows() + 1]);
        }
    }

    public Isa isa() {
        return isa;
    }

    /// How panels are fetched on their way.
    public Prefetch prefetch() {
        return prefetch;
    }

    /// See [PanelProduct.Argument] for its arguments.
    ///
    /// @param rows of the tile, 1 to [RowEncoding#tileRows()]
    public Kernel panelProduct(PanelLayout layout, int rows) {
        Kernel[] byRows = Objects.requireNonNull(panelProducts.get(layout));
        Kernel known = byRows[rows];
        if (known == null) {
            known = assembledPanelProduct(layout, rows);
            byRows[rows] = known;
        }
        return known;
    }

    private Kernel assembledPanelProduct(PanelLayout layout, int rows) {
        return kernel(
                new ProductKey(layout, rows),
                () -> isa.hasMasks()
                        ? PanelProduct.assemble(layout, rows, prefetch)
                        : Avx2PanelProduct.assemble(layout, rows, dots, prefetch),
                kernel -> KernelSelfTest.panelProduct(kernel, layout, rows));
    }

    /// See [RowEncoder.Argument] for its arguments.
    public Kernel rowEncoder() {
        return kernel(RowEncoder.class, RowEncoder::assemble, KernelSelfTest::rowEncoder);
    }

    /// See [TileProduct.Argument] for its arguments.
    public Kernel tileProduct(PanelLayout layout) {
        return kernel(new TileKey(layout), () -> TileProduct.assemble(layout), KernelSet::untested);
    }

    /// See [TileEncoder.Argument] for its arguments.
    public Kernel tileEncoder() {
        return kernel(TileEncoder.class, TileEncoder::assemble, KernelSet::untested);
    }

    /// See [PackingArgument] for its arguments.
    public Kernel wordTransposer(WordTransposer.Form form) {
        return kernel(
                form, () -> WordTransposer.assemble(form), kernel -> new PackingSelfTest(kernel).wordTransposer(form));
    }

    /// See [PackingArgument] for its arguments.
    public Kernel blockTransposer(BlockPlan plan) {
        return kernel(
                plan,
                () -> BlockTransposer.assemble(plan),
                kernel -> new PackingSelfTest(kernel).blockTransposer(plan));
    }

    /// See [ColumnUnpacker.Argument] for its arguments.
    public Kernel columnUnpacker(PanelLayout layout) {
        return kernel(
                new ColumnKey(layout),
                () -> ColumnUnpacker.assemble(layout),
                kernel -> KernelSelfTest.columnUnpacker(kernel, layout));
    }

    /// See [MatrixProduct.Argument] for its arguments.
    ///
    /// @param rows of a tile, 1 to [MatrixProduct#rowsMax]
    /// @param vectors of a panel, 1 to [MatrixProduct#VECTORS]
    public Kernel matrixProduct(Factors factors, int rows, int vectors) {
        return kernel(
                new MatrixKey(factors, rows, vectors),
                () -> MatrixProduct.assemble(isa, factors, rows, vectors),
                kernel -> new MatrixSelfTest(kernel, isa).product(factors, rows, vectors));
    }

    /// See [MatrixTileProduct.Argument] for its arguments.
    ///
    /// @param down tiles of rows computed at a time, 1 or 2
    /// @param across tiles of columns of a panel, 1 or 2
    public Kernel matrixTileProduct(int down, int across) {
        return kernel(
                new MatrixTileKey(down, across),
                () -> MatrixTileProduct.assemble(down, across),
                kernel -> new MatrixSelfTest(kernel, isa).tileProduct(down, across));
    }

    /// See [MatrixPacker.Argument] for its arguments.
    public Kernel matrixPacker(MatrixPacker.Form form) {
        return kernel(
                form, () -> MatrixPacker.assemble(isa, form), kernel -> new MatrixSelfTest(kernel, isa).packer(form));
    }

    /// For kernels that only the contract tests have seen.
    private static void untested(Kernel kernel) {}

    /// @param selfTest throws if the kernel computes something else than it should
    private Kernel kernel(Object key, Supplier<byte[]> code, Consumer<Kernel> selfTest) {
        Kernel known = kernels.get(key);
        return known == null ? kernels.computeIfAbsent(key, k -> publish(k, code.get(), selfTest)) : known;
    }

    private static Kernel publish(Object key, byte[] code, Consumer<Kernel> selfTest) {
        Kernel kernel = CodeMemory.require(key.toString(), code);
        selfTest.accept(kernel);
        return kernel;
    }
}
