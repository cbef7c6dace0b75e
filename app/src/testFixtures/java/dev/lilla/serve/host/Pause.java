package dev.lilla.serve.host;

import java.util.concurrent.CountDownLatch;

/// Keeps a model's scheduler from making steps, so that a test knows what waits and what runs.
public final class Pause implements AutoCloseable {
    private final CountDownLatch over = new CountDownLatch(1);

    /// Returns once the scheduler stands still.
    public static Pause of(HostedModel model) throws InterruptedException {
        Pause pause = new Pause();
        CountDownLatch begun = new CountDownLatch(1);
        var _ = model.between(() -> {
            begun.countDown();
            pause.over.await();
            return true;
        });
        begun.await();
        return pause;
    }

    @Override
    public void close() {
        over.countDown();
    }
}
