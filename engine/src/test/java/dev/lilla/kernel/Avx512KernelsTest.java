package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;

class Avx512KernelsTest extends MachineCodeContractTest {
    Avx512KernelsTest() {
        super(Isa.AVX512);
    }
}
