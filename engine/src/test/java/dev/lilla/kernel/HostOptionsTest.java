package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lilla.kernel.x64.CpuFeature;
import dev.lilla.kernel.x64.Isa;
import dev.lilla.kernel.x64.PanelLayout;
import dev.lilla.kernel.x64.RowEncoding;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class HostOptionsTest {
    private static HostOptions with(Map<String, String> properties) {
        Map<String, String> before = new HashMap<>();
        properties.keySet().forEach(key -> before.put(key, System.getProperty(key)));
        try {
            properties.forEach(System::setProperty);
            return HostOptions.fromProperties();
        } finally {
            before.forEach((key, value) -> {
                if (value == null) {
                    System.clearProperty(key);
                } else {
                    System.setProperty(key, value);
                }
            });
        }
    }

    @Test
    void readsTheProperties() {
        assertThat(with(Map.of("lilla.kernels", "reference", "lilla.threads", "3")))
                .isEqualTo(new HostOptions(HostOptions.Choice.REFERENCE, 3));
    }

    @Test
    void roundsPromptsUnlessAskedNotTo() {
        assertThat(with(Map.of("lilla.deterministic", "true")).isDeterministic())
                .isTrue();
        assertThat(with(Map.of("lilla.deterministic", "")).isDeterministic()).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(Map.of("lilla.deterministic", "yes")))
                .withMessageContaining("\"yes\", expected true or false");
    }

    /// Without running any code, so on every machine.
    @Test
    void isDeterministicWithoutTiles() {
        Set<CpuFeature> all = EnumSet.allOf(CpuFeature.class);
        PackedWeight weight =
                new PackedWeight(PanelLayout.NIBBLES, 16, 64, Arena.ofAuto().allocate(576, 64));
        Kernels fast = new MachineCodeKernels(Isa.AMX, all, new ReferenceKernels());
        Kernels exact = new MachineCodeKernels(Isa.AMX, all, new ReferenceKernels(), PromptRounding.NEVER);
        assertThat(fast.promptEncoding(weight.layout())).isEqualTo(RowEncoding.BF16);
        assertThat(exact.promptEncoding(weight.layout())).isEqualTo(RowEncoding.BYTES);
        assertThat(exact.roundsPrompts()).isFalse();
    }

    @Test
    void choosesTheFastestOnAllCoresByDefault() {
        HostOptions options = with(Map.of("lilla.kernels", "auto", "lilla.threads", ""));
        assertThat(options.kernels()).isEqualTo(HostOptions.Choice.AUTO);
        assertThat(options.threads()).isBetween(1, Runtime.getRuntime().availableProcessors());
    }

    @Test
    void refusesWhatItDoesNotKnowAndSaysWhatItExpects() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(Map.of("lilla.kernels", "fast")))
                .withMessageContaining("\"fast\"")
                .withMessageContaining("auto, amx, avx512, avx2, vector or reference");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(Map.of("lilla.threads", "two")))
                .withMessageContaining("\"two\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(Map.of("lilla.threads", "0")))
                .withMessageContaining("lilla.threads is 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> with(Map.of("lilla.vector.bits", "1024")))
                .withMessageContaining("128, 256 or 512");
    }
}
