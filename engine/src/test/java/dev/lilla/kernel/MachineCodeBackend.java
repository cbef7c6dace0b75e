package dev.lilla.kernel;

import dev.lilla.kernel.x64.Isa;

/// The host with machine code of one level, for tests of whole models; skips the test where the processor lacks it.
public final class MachineCodeBackend {
    private MachineCodeBackend() {}

    /// See [MachineCodeContractTest] for a level that is emulated.
    public static Backend open(Isa isa, int threads) {
        return new HostBackend(MachineCodeContractTest.kernels(isa), threads);
    }
}
