package dev.lilla.cli;

import dev.lilla.tokenizer.TrainingText;
import dev.lilla.tokenizer.WordCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Counts the words of files on several threads while this one reads.
final class WordCounting {
    private final WordCounts counts;
    private final int threads;
    private final AtomicLong characters = new AtomicLong();

    WordCounting(WordCounts counts, int threads) {
        this.counts = counts;
        this.threads = threads;
    }

    /// @param texts of all files
    /// @param characters of all texts
    record Outcome(long texts, long characters) {}

    Outcome count(List<Path> files, ProgressLine progress) throws IOException {
        long texts = 0;
        // Twice as many batches as threads: enough to keep them busy, and little to hold.
        Semaphore places = new Semaphore(2 * threads);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Path file : files) {
                texts += new TokenizerTexts(file, batch -> {
                            places.acquireUninterruptibly();
                            rethrow(failure.get());
                            progress.advance(length(batch));
                            CompletableFuture.runAsync(() -> counts.add(batch), executor)
                                    .whenComplete((_, thrown) -> {
                                        failure.compareAndSet(null, thrown);
                                        places.release();
                                    });
                        })
                        .read();
            }
        }
        rethrow(failure.get());
        return new Outcome(texts, characters.get());
    }

    private long length(List<TrainingText> batch) {
        long length = batch.stream().mapToLong(text -> text.text().length()).sum();
        characters.addAndGet(length);
        return length;
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof CompletionException e && e.getCause() instanceof RuntimeException cause) {
            throw cause;
        }
        if (failure != null) {
            throw new IllegalStateException("counting failed", failure);
        }
    }
}
