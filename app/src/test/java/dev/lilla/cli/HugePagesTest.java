package dev.lilla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HugePagesTest {
    @Test
    void areWhatStandsInBrackets() {
        assertThat(HugePages.parse("always [madvise] never\n").setting()).isEqualTo("madvise");
        assertThat(HugePages.parse("[always] madvise never\n").setting()).isEqualTo("always");
        assertThat(HugePages.parse("always madvise never").setting()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "madvise", "", "sometimes"})
    void areNoReasonToWarnUnlessForbidden(String setting) {
        assertThat(new HugePages(setting).check().status()).isEqualTo(Check.Status.OK);
    }

    @Test
    void sayHowToAllowThem() {
        Check check = new HugePages("never").check();
        assertThat(check.status()).isEqualTo(Check.Status.WARNING);
        assertThat(check.remedy()).contains("echo madvise", "/sys/kernel/mm/transparent_hugepage/enabled");
    }
}
