package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CeilingsTest {
    /// Bounds that no machine of today leaves, so that only a broken measurement fails.
    @Test
    void areWhatAMachineCanDo() {
        assumeTrue(CpuFeature.ofThisMachine()
                .filter(f -> Isa.AVX2.missing(f).isEmpty())
                .isPresent());
        List<String> steps = new ArrayList<>();
        Ceilings ceilings = Ceilings.measure(1, steps::add).orElseThrow();
        assertThat(ceilings.readBytesPerSecond()).isBetween(1e8, 1e12);
        assertThat(ceilings.readBy()).contains("stream");
        assertThat(ceilings.multiplications())
                .isNotEmpty()
                .allSatisfy(rate -> assertThat(rate.operationsPerSecond()).isBetween(1e9, 1e14));
        assertThat(steps)
                .startsWith("reading")
                .hasSize(1 + ceilings.multiplications().size());
    }
}
