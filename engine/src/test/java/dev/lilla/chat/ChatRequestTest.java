package dev.lilla.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ChatRequestTest {
    @Test
    void refusesAConversationWithoutMessages() {
        assertThatThrownBy(ChatRequest::of).hasMessageContaining("at least one message");
    }

    @Test
    void refusesToWriteNothing() {
        List<Message> messages = List.of(Message.user("Hi"));
        assertThatThrownBy(() -> new ChatRequest(messages, Optional.empty(), OptionalInt.of(0), List.of(), Map.of()))
                .hasMessageContaining("found 0");
    }

    @Test
    void readsRolesAsTheWireNamesThem() {
        assertThat(Role.of("developer")).isEqualTo(Role.SYSTEM);
        assertThat(Role.of("assistant").label()).isEqualTo("assistant");
        assertThatThrownBy(() -> Role.of("model")).hasMessageContaining("'model'");
    }

    @Test
    void countsSpeedWithoutCachedTokensAndTheFirstOne() {
        Usage usage = new Usage(110, 10, 5, Duration.ofSeconds(2), Duration.ofSeconds(1), DraftUsage.NONE);
        assertThat(usage.promptTokensPerSecond()).isCloseTo(50, within(1e-9));
        assertThat(usage.completionTokensPerSecond()).isCloseTo(4, within(1e-9));
        assertThat(new Usage(1, 1, 1, Duration.ZERO, Duration.ZERO, DraftUsage.NONE).promptTokensPerSecond())
                .isZero();
    }
}
