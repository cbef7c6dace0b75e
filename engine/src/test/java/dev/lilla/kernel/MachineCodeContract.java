package dev.lilla.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/// The contract on machine code of one level, skipped where the processor does not run it.
///
/// With `-Dlilla.test.tiles=emulated` tiles count as present: for a run in which something outside this program
/// executes the tile instructions that the processor refuses.
final class MachineCodeContract {
    private static final String TILES = "lilla.test.tiles";

    private MachineCodeContract() {}

    static Stream<DynamicNode> at(Isa isa) {
        MachineCodeKernels kernels = kernels(isa);
        Stream<DynamicNode> tests = new KernelsContract(kernels).tests();
        return isa == Isa.AMX
                ? Stream.concat(tests, Stream.of(dynamicContainer("tiles", new TileContract(kernels).tests())))
                : tests;
    }

    static MachineCodeKernels kernels(Isa isa) {
        Set<CpuFeature> features = EnumSet.noneOf(CpuFeature.class);
        CpuFeature.ofThisMachine().ifPresent(features::addAll);
        assumeTrue(!features.isEmpty(), "machine code cannot run here");
        if (System.getProperty(TILES, "").equals("emulated")) {
            features.addAll(Set.of(CpuFeature.AMX_TILE, CpuFeature.AMX_BF16));
        }
        assumeTrue(isa.missing(features).isEmpty(), () -> "this processor lacks " + isa.missing(features));
        return new MachineCodeKernels(isa, features, new ReferenceKernels());
    }
}
