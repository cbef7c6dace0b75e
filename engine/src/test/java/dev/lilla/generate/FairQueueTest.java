package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lilla.chat.FinishReason;
import org.junit.jupiter.api.Test;

class FairQueueTest {
    private final FairQueue queue = new FairQueue();
    private long arrivals;

    private ServedText enter(String tenant, int priority) {
        ServingRequest request = ServingRequest.of(GenerationRequest.greedy(new int[] {1}, 5), tenant)
                .withPriority(priority);
        ServedText text =
                new ServedText(request, 0, new ServedText.Arrival(arrivals++, 0), new TextStream(1, 2, () -> {}), null);
        queue.enter(text);
        return text;
    }

    private void serve(ServedText text, int tokens) {
        queue.start(text);
        queue.charge(text, tokens);
    }

    @Test
    void takesTheTenantServedLeastThenPriorityThenArrival() {
        ServedText first = enter("a", 0);
        ServedText urgent = enter("a", 1);
        ServedText other = enter("b", 0);
        assertThat(queue.first()).contains(urgent);
        serve(urgent, 10);
        assertThat(queue.first()).contains(other);
        serve(other, 11);
        assertThat(queue.first()).contains(first);
        queue.await(urgent);
        assertThat(queue.first()).contains(urgent);
        assertThat(queue.waitingCount()).isEqualTo(2);
    }

    @Test
    void savesUpNoTurnsForATenantWhoWasIdle() {
        ServedText busy = enter("busy", 0);
        ServedText idle = enter("idle", 0);
        queue.leave(idle);
        serve(busy, 1000);
        ServedText again = enter("idle", 0);
        ServedText more = enter("busy", 0);
        // Both stand at 1000 now: one token decides.
        serve(again, 1);
        enter("idle", 0);
        assertThat(queue.first()).contains(more);
    }

    @Test
    void remembersWhoHadMoreThanAShareUntilOthersHaveCaughtUp() {
        ServedText greedy = enter("greedy", 0);
        ServedText modest = enter("modest", 0);
        serve(greedy, 100);
        queue.leave(greedy);
        assertThat(queue.tenantCount()).isEqualTo(2);
        enter("greedy", 5);
        assertThat(queue.first()).contains(modest);
        queue.charge(modest, 200);
        queue.leave(enter("passing", 0));
        assertThat(queue.tenantCount()).isEqualTo(2);
    }

    @Test
    void forgetsEverybodyWhenNobodyIsLeft() {
        ServedText text = enter("a", 0);
        serve(text, 100);
        queue.leave(text);
        assertThat(queue.tenantCount()).isZero();
    }

    @Test
    void passesOverATextWhoseReaderIsBehind() {
        ServedText slow = enter("a", 0);
        ServedText other = enter("b", 0);
        queue.charge(other, 50);
        assertThat(queue.first()).contains(slow);
        slow.stream().give(new TextEvent.PromptRead(0, 1, 1));
        slow.stream().give(new TextEvent.PromptRead(0, 1, 1));
        assertThat(queue.first()).contains(other);
        queue.leave(slow);
        slow.end(FinishReason.CANCELLED, 0);
        assertThat(slow.state()).isEqualTo(ServedText.State.ENDED);
    }
}
