package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

class Avx2KernelsTest extends KernelsContractTest {
    @Override
    Stream<DynamicNode> contract() {
        return MachineCodeContract.at(Isa.AVX2);
    }
}
