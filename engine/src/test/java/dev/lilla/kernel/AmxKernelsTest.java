package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;

class AmxKernelsTest extends MachineCodeContractTest {
    AmxKernelsTest() {
        super(Isa.AMX);
    }
}
