package dev.lilla.kernel;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;

class Vector256KernelsTest extends KernelsContractTest {
    @Override
    Stream<DynamicNode> contract() {
        return VectorContract.at(256);
    }
}
