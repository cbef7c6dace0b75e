package dev.lilla.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AsideTest {
    @Test
    void givesWhatAnotherThreadMade() {
        Aside<String> name = Aside.start("other", () -> Thread.currentThread().getName());
        assertThat(name.get()).isEqualTo("other");
        assertThat(name.get()).isEqualTo("other");
    }

    @Test
    void throwsWhatMakingItThrew() {
        IllegalArgumentException failure = new IllegalArgumentException("no such model");
        Aside<String> aside = Aside.start("failing", () -> {
            throw failure;
        });
        assertThatThrownBy(aside::get).isSameAs(failure);
        Error error = new AssertionError("broken");
        Aside<String> broken = Aside.start("broken", () -> {
            throw error;
        });
        assertThatThrownBy(broken::get).isSameAs(error);
    }

    /// A backend that is given up half open would never be closed.
    @Test
    void waitsToTheEndThoughInterrupted() {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Aside<Integer> aside = Aside.start("slow", () -> {
            started.countDown();
            awaitUninterrupted(goOn);
            return 7;
        });
        awaitUninterrupted(started);
        Thread.currentThread().interrupt();
        goOn.countDown();
        assertThat(aside.get()).isEqualTo(7);
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
