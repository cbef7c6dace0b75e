package dev.lilla;

import dev.lilla.kernel.HostOptions;
import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.Set;

/// How the host computes in tests that compare with exact references, or bits of a sequence that is cut and batched in
/// several ways. By default the fastest that runs here, but for tiles: these round the operands of prompts to bf16.
public final class ExactHost {
    private ExactHost() {}

    /// As [HostOptions#fromProperties()] says, with AVX-512 in the place of tiles that nobody asked for.
    public static HostOptions options() {
        HostOptions wanted = HostOptions.fromProperties();
        boolean hasTiles =
                Isa.AMX.missing(CpuFeature.ofThisMachine().orElse(Set.of())).isEmpty();
        return wanted.kernels() == HostOptions.Choice.AUTO && hasTiles
                ? new HostOptions(HostOptions.Choice.AVX512, wanted.threads())
                : wanted;
    }
}
