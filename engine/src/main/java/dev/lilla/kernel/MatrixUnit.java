package dev.lilla.kernel;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Factors;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.MatrixTileProduct;
import java.util.Set;

/// What of a processor multiplies matrices, and how it wants them cut.
enum MatrixUnit {
    /// Vectors of f32: [MatrixProduct].
    F32_VECTORS(Factors.F32, 384, 1, 128),
    /// Vectors of bf16 in pairs: the same.
    BF16_VECTORS(Factors.BF16, 384, 1, 128),
    /// Tiles of bf16 in pairs: [MatrixTileProduct].
    BF16_TILES(
            Factors.BF16,
            MatrixTileProduct.STEPS_MAX * MatrixTileProduct.STEP_PAIRS,
            MatrixTileProduct.STEP_PAIRS,
            512);

    /// Elements along k from which on tiles multiply. For 32 x 32 results vectors take 64
    /// multiplications for each pair, one a cycle; tiles take 64 cycles for each 32 elements, and some
    /// 330 to put the results down. So they are even at 12 elements, and from half a step on tiles are
    /// faster: 512 to 394 cycles at 16, 1,024 to 394 at 32. Few rows or columns ask for no rule of
    /// their own: vectors fill columns up to 16 as well, and a tile of a single row takes the 16 cycles
    /// that as many vectors would. So the same row and column give the same bits in any company.
    private static final int TILES_DEPTH_MIN = 16;

    private final Factors factors;
    private final int blockSteps;
    private final int stepGrain;
    private final int partColumns;

    MatrixUnit(Factors factors, int blockSteps, int stepGrain, int partColumns) {
        this.factors = factors;
        this.blockSteps = blockSteps;
        this.stepGrain = stepGrain;
        this.partColumns = partColumns;
    }

    /// What multiplies at this precision.
    ///
    /// @param depth elements along k
    static MatrixUnit of(Isa isa, Set<CpuFeature> features, Precision precision, int depth) {
        if (precision == Precision.F32 || !isa.hasMasks() || !features.contains(CpuFeature.AVX512_BF16)) {
            return F32_VECTORS;
        }
        return isa == Isa.AMX && depth >= TILES_DEPTH_MIN ? BF16_TILES : BF16_VECTORS;
    }

    Factors factors() {
        return factors;
    }

    /// Steps of k, see [Factors], whose sums stay in registers.
    ///
    /// * Vectors: at 384 the 12 rows of a tile take 18 KiB of the first-level cache (32 KiB), the
    ///   panels of 128 columns 192 KiB of the second (256 KiB on the smallest); and C, read and written
    ///   once a block, costs 48 accesses to 384 * 24 multiply-adds.
    /// * Tiles: at 256 a panel takes 32 KiB of the first-level cache (48 KiB), see [MatrixTileProduct].
    int blockSteps() {
        return blockSteps;
    }

    /// Steps that panels are filled up to with zeros, block by block.
    int stepGrain() {
        return stepGrain;
    }

    /// Columns of C that are computed at a time.
    ///
    /// * Vectors: their panels lie in the second-level cache while all rows pass, see [#blockSteps].
    /// * Tiles: 512 KiB of A and 1 MiB of results, of 512 rows each, in a second-level cache of 2 MiB;
    ///   so A comes from beyond it once for 16 panels.
    int partColumns() {
        return partColumns;
    }
}
