package dev.lilla.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/// The contract at one level of instructions; skipped where the processor lacks them.
abstract class MachineCodeContractTest extends KernelsContractTest {
    private final Isa isa;

    MachineCodeContractTest(Isa isa) {
        this.isa = isa;
    }

    @Override
    Stream<DynamicNode> contract() {
        return new KernelsContract(kernels(isa)).tests();
    }

    /// Skips the test where the processor lacks what `isa` needs.
    static MachineCodeKernels kernels(Isa isa) {
        Set<CpuFeature> features = CpuFeature.ofThisMachine().orElse(Set.of());
        assumeTrue(isa.missing(features).isEmpty(), () -> "lacks " + isa.missing(features));
        return new MachineCodeKernels(isa, features, new ReferenceKernels());
    }
}
