package dev.lilla.serve.host;

import dev.lilla.generate.BatchScheduler;
import dev.lilla.generate.GenerationDefaults;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.ModelText;
import dev.lilla.generate.PromptLogprobs;
import dev.lilla.generate.SchedulerStatus;
import dev.lilla.generate.SchedulerThread;
import dev.lilla.generate.ServedModel;
import dev.lilla.generate.ServingRequest;
import dev.lilla.generate.TextStream;
import dev.lilla.generate.TokenLogprobs;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.family.ModelDescription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// A model in memory with the scheduler that shares it. Safe for use by several threads.
public final class HostedModel implements AutoCloseable {
    private final LocalModel model;
    private final ModelEntry entry;
    private final ModelText text;
    private final List<ActiveAdapter> adapters;
    private final SchedulerThread scheduler;
    private final PromptLogprobs promptLogprobs;
    private final String fingerprint;

    private HostedModel(LocalModel model, ModelEntry entry, HostingOptions options, String digest, ServedModel served) {
        this.model = model;
        this.entry = entry;
        this.text = new ModelText(
                model.tokenizer(),
                model.chatTemplate(),
                model.model().family().chat(),
                model.defaults().stopTokens());
        this.adapters = options.adapters();
        this.fingerprint = "lilla_" + digest.substring(0, 12);
        this.promptLogprobs = new PromptLogprobs(model.decoder(), model.cache(), model.tokenizer(), adapters);
        this.scheduler = SchedulerThread.start(new BatchScheduler(served, options.scheduler()));
    }

    /// Begins to write texts with a model.
    ///
    /// @param name what clients call it
    /// @param model closed with this, and not to be used by anybody else until then
    public static HostedModel start(String name, LocalModel model, HostingOptions options) throws IOException {
        ModelDescription description = model.model().description();
        Path path = description.path();
        Instant written = Files.getLastModifiedTime(path).toInstant();
        String digest = digest(path + "\n" + description.weightBytes() + "\n" + written);
        ServedModel served = model.served(digest, options.cacheTokens());
        ModelEntry entry = new ModelEntry(
                name,
                written,
                description.parameters(),
                description.weightBytes(),
                served.contextTokens(),
                model.decoder().spec().vocab());
        return new HostedModel(model, entry, options, digest, served);
    }

    /// What the cache keys of one run of a server need: the same file gives the same text, and another one another.
    private static String digest(String identity) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    public ModelEntry entry() {
        return entry;
    }

    /// How it reads and writes text.
    public ModelText text() {
        return text;
    }

    /// How its makers want it to generate.
    public GenerationDefaults defaults() {
        return model.defaults();
    }

    public List<ActiveAdapter> adapters() {
        return adapters;
    }

    /// Changes when the model's files do: what OpenAI calls `system_fingerprint`.
    public String fingerprint() {
        return fingerprint;
    }

    /// Asks for texts; see [BatchScheduler#submit].
    public TextStream submit(ServingRequest request) {
        return scheduler.submit(request);
    }

    /// How likely the model finds each token of a prompt after those before it; the first one has none before it.
    ///
    /// @return one for each token but the first
    public List<TokenLogprobs> promptLogprobs(int[] prompt, int top) throws InterruptedException {
        Future<List<TokenLogprobs>> scored = between(() -> promptLogprobs.of(prompt, top));
        try {
            return scored.get();
        } catch (CancellationException e) {
            throw new IllegalStateException("the scheduler takes no more work", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("scoring a prompt failed", e);
        }
    }

    /// Does work between two steps; see [SchedulerThread#between].
    <T> Future<T> between(Callable<T> work) {
        return scheduler.between(work);
    }

    /// What its scheduler is doing.
    public SchedulerStatus status() {
        return scheduler.status();
    }

    /// Whether it can write: false once its scheduler has died.
    public boolean isAlive() {
        return scheduler.isAlive();
    }

    /// Ends all texts and frees the model.
    @Override
    public void close() {
        scheduler.close();
        model.close();
    }
}
