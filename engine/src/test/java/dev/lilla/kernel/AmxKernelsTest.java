package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

class AmxKernelsTest extends KernelsContractTest {
    @Override
    Stream<DynamicNode> contract() {
        return MachineCodeContract.at(Isa.AMX);
    }
}
