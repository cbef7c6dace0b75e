package dev.lilla.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/// The contract at one level of instructions; skipped where the processor lacks them.
///
/// With `-Dlilla.test.tiles=emulated` tiles count as present: for a run in which something outside this program
/// executes the tile instructions that the processor refuses.
abstract class MachineCodeContractTest extends KernelsContractTest {
    private static final String TILES = "lilla.test.tiles";

    private final Isa isa;

    MachineCodeContractTest(Isa isa) {
        this.isa = isa;
    }

    @Override
    Stream<DynamicNode> contract() {
        MachineCodeKernels kernels = kernels(isa);
        Stream<DynamicNode> tests = new KernelsContract(kernels).tests();
        return isa == Isa.AMX
                ? Stream.concat(tests, Stream.of(dynamicContainer("tiles", new TileContract(kernels).tests())))
                : tests;
    }

    /// Skips the test where the processor lacks what `isa` needs.
    static MachineCodeKernels kernels(Isa isa) {
        return new MachineCodeKernels(isa, features(isa), new ReferenceKernels());
    }

    /// What the processor offers, all that `isa` needs among it; skips the test where it does not.
    static Set<CpuFeature> features(Isa isa) {
        Set<CpuFeature> features = EnumSet.noneOf(CpuFeature.class);
        features.addAll(CpuFeature.ofThisMachine().orElse(Set.of()));
        if (!features.isEmpty() && System.getProperty(TILES, "").equals("emulated")) {
            features.addAll(Set.of(CpuFeature.AMX_TILE, CpuFeature.AMX_BF16));
        }
        assumeTrue(isa.missing(features).isEmpty(), () -> "lacks " + isa.missing(features));
        return features;
    }
}
