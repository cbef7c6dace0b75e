package dev.lilla.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

/// The contract on machine code of one level, skipped where the processor does not run it.
final class MachineCodeContract {
    private MachineCodeContract() {}

    static Stream<DynamicNode> at(Isa isa) {
        return new KernelsContract(kernels(isa)).tests();
    }

    static MachineCodeKernels kernels(Isa isa) {
        Optional<Set<CpuFeature>> features = CpuFeature.ofThisMachine();
        assumeTrue(features.isPresent(), "machine code cannot run here");
        assumeTrue(isa.missing(features.get()).isEmpty(), () -> "this processor lacks " + isa.missing(features.get()));
        return new MachineCodeKernels(isa, features.get(), new ReferenceKernels());
    }
}
