package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.Usage;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TextStreamTest {
    private static final Usage USAGE = new Usage(1, 0, 2, Duration.ZERO, Duration.ZERO, DraftUsage.NONE);
    private static final TextEvent.Waits WAITS = new TextEvent.Waits(Duration.ZERO, Duration.ZERO, 0);

    private final AtomicInteger wakes = new AtomicInteger();

    private static TextEvent token(int choice, int token, String piece) {
        return new TextEvent.Token(choice, token, piece, Optional.empty());
    }

    private static TextEvent end(int choice, String tail) {
        return new TextEvent.End(choice, FinishReason.LENGTH, tail, USAGE, WAITS);
    }

    @Test
    void givesEventsInOrderAndEndsAfterTheLastText() throws InterruptedException {
        TextStream stream = new TextStream(2, 10, wakes::incrementAndGet);
        stream.give(token(1, 7, "b"));
        stream.give(end(1, "!"));
        assertThat(stream.next()).contains(token(1, 7, "b"));
        assertThat(stream.next()).contains(end(1, "!"));
        assertThat(stream.next(Duration.ZERO)).isEmpty();
        assertThat(stream.isEnded()).isFalse();
        stream.give(end(0, ""));
        assertThat(stream.isEnded()).isFalse();
        assertThat(stream.next()).isPresent();
        assertThat(stream.isEnded()).isTrue();
        assertThat(stream.next()).isEmpty();
        stream.close();
        assertThat(stream.isCancelled()).isFalse();
    }

    @Test
    void wakesTheWriterWhenThereIsRoomAgainAndWhenCancelled() throws InterruptedException {
        TextStream stream = new TextStream(1, 2, wakes::incrementAndGet);
        for (int i = 0; i < 3; i++) {
            stream.give(token(0, i, ""));
        }
        assertThat(stream.isFull()).isTrue();
        stream.next();
        assertThat(stream.isFull()).isTrue();
        assertThat(wakes).hasValue(0);
        stream.next();
        assertThat(stream.isFull()).isFalse();
        assertThat(wakes).hasValue(1);
        stream.close();
        assertThat(stream.isCancelled()).isTrue();
        assertThat(wakes).hasValue(2);
    }

    @Test
    void putsWholeTextsTogether() throws InterruptedException {
        TextStream stream = new TextStream(2, 10, wakes::incrementAndGet);
        stream.give(new TextEvent.PromptRead(0, 1, 1));
        stream.give(token(1, 7, "b"));
        stream.give(token(0, 5, "a"));
        stream.give(token(0, 6, ""));
        stream.give(end(1, ""));
        stream.give(end(0, "z"));
        assertThat(stream.await())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(
                        new Completion("az", new int[] {5, 6}, FinishReason.LENGTH, USAGE),
                        new Completion("b", new int[] {7}, FinishReason.LENGTH, USAGE));
    }

    @Test
    void throwsWhatATextFailedWith() {
        TextStream stream = new TextStream(1, 10, wakes::incrementAndGet);
        stream.give(new TextEvent.Failure(0, new IllegalStateException("broken")));
        assertThatThrownBy(stream::await).hasMessage("broken");
        assertThat(stream.isEnded()).isTrue();
    }
}
