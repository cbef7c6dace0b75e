package dev.lilla.kernel;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

abstract class KernelsContractTest {
    /// The contract with the kernels that are tested.
    abstract Stream<DynamicNode> contract();

    @TestFactory
    Stream<DynamicNode> meets() {
        return contract();
    }
}
