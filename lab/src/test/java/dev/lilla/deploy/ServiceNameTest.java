package dev.lilla.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceNameTest {
    @ParameterizedTest
    @CsvSource({
        "Kvitto ärenden, kvitto-arenden, Kvitto ärenden",
        "tickets, tickets, tickets",
        "-- a/b:c --, a-b-c, -- a-b-c --",
        "2026 tickets, lilla-2026-tickets, 2026 tickets",
        "顧客, lilla-project, 顧客",
    })
    void isALabelAndAName(String project, String label, String model) {
        assertThat(ServiceName.of(project)).isEqualTo(new ServiceName(label, model));
    }

    @Test
    void keepsLabelsShort() {
        String label = ServiceName.of("a".repeat(39) + " b").label();
        assertThat(label).isEqualTo("a".repeat(39));
    }

    @Test
    void quotesForShellsAndUnits() {
        assertThat(ShellText.quoted("/srv/a-b_c.1")).isEqualTo("/srv/a-b_c.1");
        assertThat(ShellText.quoted("/srv/it's here")).isEqualTo("'/srv/it'\\''s here'");
        assertThat(ShellText.unit("/srv/100% $x \"y\"")).isEqualTo("\"/srv/100%% $$x \\\"y\\\"\"");
    }
}
