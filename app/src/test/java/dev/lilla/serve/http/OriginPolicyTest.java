package dev.lilla.serve.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginPolicyTest {
    private final OriginPolicy policy = new OriginPolicy(List.of("tickets.internal"), List.of());

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3:8080, 10.1.2.3",
        "'[fd00::2]:8080', fd00:0:0:0:0:0:0:2",
        "'[FD00::2]', fd00:0:0:0:0:0:0:2%eth0",
        "'[fe80::1%eth0]:80', fe80:0:0:0:0:0:0:1%2",
        "tickets.internal, 10.1.2.3"
    })
    void answersToTheAddressThatWasCalled(String host, String address) {
        assertThat(policy.check(Optional.of(host), Optional.empty(), address)).isEqualTo(OriginPolicy.Source.DIRECT);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.4:8080, 10.1.2.3",
        "'[fd00::3]:8080', fd00:0:0:0:0:0:0:2",
        "'[evil.example]', fd00:0:0:0:0:0:0:2",
        "evil.example, fd00:0:0:0:0:0:0:2"
    })
    void refusesAllOthers(String host, String address) {
        assertThatExceptionOfType(HttpFailure.class)
                .isThrownBy(() -> policy.check(Optional.of(host), Optional.empty(), address))
                .withMessageContaining("is no name of this server");
    }
}
