package dev.lilla.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
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
