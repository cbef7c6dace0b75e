package dev.lilla.serve.host;

import dev.lilla.chat.ResponseFormat;
import dev.lilla.generate.BatchScheduler;
import dev.lilla.generate.GenerationDefaults;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.ModelText;
import dev.lilla.generate.Pooling;
import dev.lilla.generate.PromptLogprobs;
import dev.lilla.generate.SchedulerStatus;
import dev.lilla.generate.SchedulerThread;
import dev.lilla.generate.ServedModel;
import dev.lilla.generate.ServingRequest;
import dev.lilla.generate.TextEmbedder;
import dev.lilla.generate.TextStream;
import dev.lilla.generate.TokenLogprobs;
import dev.lilla.grammar.TokenGrammar;
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
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/// A model in memory with the scheduler that shares it. Safe for use by several threads.
public final class HostedModel implements AutoCloseable {
    private final LocalModel model;
    private final ModelEntry entry;
    private final ModelText text;
    private final SchedulerThread scheduler;
    private final String fingerprint;
    private final Optional<Pooling> pooling;
    /// Read and replaced as a whole.
    private volatile List<ActiveAdapter> adapters;

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
        this.pooling = Pooling.find(model.model().description());
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
                model.decoder().spec().vocab(),
                ModelDetails.of(description));
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

    /// Changes how strongly adapters act, for requests that come from now on.
    ///
    /// @param scales one for each of [#adapters]
    public void scaleAdapters(List<Float> scales) {
        List<ActiveAdapter> present = adapters;
        if (scales.size() != present.size()) {
            throw new IllegalArgumentException(
                    "the model has " + present.size() + " adapters, found " + scales.size() + " scales");
        }
        adapters = IntStream.range(0, present.size())
                .mapToObj(i -> new ActiveAdapter(present.get(i).adapter(), scales.get(i)))
                .toList();
    }

    /// What its files say of it.
    public ModelDescription description() {
        return model.model().description();
    }

    /// What makes texts follow a format; empty for any text.
    ///
    /// @throws dev.lilla.grammar.GrammarException if the format is wrong or not supported
    public Optional<TokenGrammar> grammar(ResponseFormat format) {
        return model.grammars().get(format);
    }

    /// How its files want vectors of texts to be made; empty if they were not made for that.
    public Optional<Pooling> pooling() {
        return pooling;
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
        List<ActiveAdapter> active = adapters;
        return await(between(
                () -> new PromptLogprobs(model.decoder(), model.cache(), model.tokenizer(), active).of(prompt, top)));
    }

    /// The vector of a text, of length 1.
    ///
    /// @param tokens at least one, and no more than the context has room for
    public float[] embed(int[] tokens, Pooling how) throws InterruptedException {
        List<ActiveAdapter> active = adapters;
        return await(between(() -> new TextEmbedder(model.decoder(), model.cache(), active).embed(tokens, how)));
    }

    private static <T> T await(Future<T> errand) throws InterruptedException {
        try {
            return errand.get();
        } catch (CancellationException e) {
            throw new IllegalStateException("the scheduler takes no more work", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("work between two steps failed", e);
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
