package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;

class Avx2KernelsTest extends MachineCodeContractTest {
    Avx2KernelsTest() {
        super(Isa.AVX2);
    }
}
