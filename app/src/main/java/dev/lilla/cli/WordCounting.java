package dev.lilla.cli;

import dev.lilla.tokenizer.TrainingText;
import dev.lilla.tokenizer.WordCounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Counts the words of files on several threads while one reads. Belongs to the thread that reads.
final class WordCounting {
    private final WordCounts counts;
    private final int threads;
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private long characters;

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
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (Path file : files) {
                texts += new TokenizerTexts(file, batch -> {
                            places.acquireUninterruptibly();
                            rethrow();
                            long length = length(batch);
                            characters += length;
                            progress.advance(length);
                            executor.execute(() -> count(batch, places));
                        })
                        .read();
            }
        }
        rethrow();
        return new Outcome(texts, characters);
    }

    private void count(List<TrainingText> batch, Semaphore places) {
        try {
            counts.add(batch);
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        } finally {
            places.release();
        }
    }

    private static long length(List<TrainingText> batch) {
        return batch.stream().mapToLong(text -> text.text().length()).sum();
    }

    private void rethrow() {
        RuntimeException thrown = failure.get();
        if (thrown != null) {
            throw thrown;
        }
    }
}
