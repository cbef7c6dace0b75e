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
import dev.lilla.grammar.CallTags;
import dev.lilla.grammar.FunctionSchema;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.LoraAdapter;
import dev.lilla.model.family.ModelDescription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// A model in memory with the scheduler that shares it. Safe for use by several threads.
public final class HostedModel implements AutoCloseable {
    private final LocalModel model;
    private final String modelName;
    private final ModelEntry entry;
    private final ModelText text;
    private final AdapterSet adapterSet;
    private final List<ActiveAdapter> adapters;
    private final SchedulerThread scheduler;
    private final Queue<LoraAdapter> retired = new ConcurrentLinkedQueue<>();
    private final String fingerprint;
    private final Optional<Pooling> pooling;

    private HostedModel(LocalModel model, ModelEntry entry, HostingOptions options, String digest, ServedModel served) {
        this.model = model;
        this.modelName = entry.name();
        this.entry = entry;
        this.text = new ModelText(
                model.tokenizer(),
                model.chatTemplate(),
                model.model().family().chat(),
                model.defaults().stopTokens());
        this.fingerprint = "lilla_" + digest.substring(0, 12);
        this.pooling = Pooling.find(model.model().description());
        this.scheduler = SchedulerThread.start(new BatchScheduler(served, options.scheduler()));
        this.adapterSet = new AdapterSet(options.adapters(), this::closeLater);
        this.adapters = List.of();
    }

    /// The same model for texts with other adapters.
    private HostedModel(HostedModel whole, AdapterChoice choice, List<ActiveAdapter> adapters) {
        this.model = whole.model;
        this.modelName = whole.modelName;
        this.entry = choice instanceof AdapterChoice.Named(String adapter)
                ? whole.entry.withName(whole.modelName + ":" + adapter)
                : whole.entry;
        this.text = whole.text;
        this.fingerprint = whole.fingerprint;
        this.pooling = whole.pooling;
        this.scheduler = whole.scheduler;
        this.adapterSet = whole.adapterSet;
        this.adapters = adapters;
    }

    /// This model for as long as a request needs it, with the adapters that the request chooses.
    ///
    /// @param end what else to do then
    /// @throws UnknownAdapterException if it has no such adapter
    ModelLease lease(AdapterChoice choice, Runnable end) {
        AdapterSet.Use use = adapterSet.use(choice);
        AtomicBoolean isOver = new AtomicBoolean();
        return new ModelLease(new HostedModel(this, choice, use.active()), () -> {
            if (isOver.compareAndSet(false, true)) {
                use.release().run();
                end.run();
            }
        });
    }

    /// Texts that used it are cancelled or ended by now, and leave the scheduler before its next step.
    private void closeLater(LoraAdapter adapter) {
        retired.add(adapter);
        Future<Boolean> _ = between(() -> {
            closeRetired();
            return true;
        });
    }

    private void closeRetired() {
        for (LoraAdapter adapter = retired.poll(); adapter != null; adapter = retired.poll()) {
            adapter.close();
        }
    }

    /// The adapters that texts can be written with.
    public List<AdapterState> adapterStates() {
        return adapterSet.states();
    }

    /// Adds an adapter while texts are written.
    ///
    /// @param source where it comes from, for people
    /// @param path a PEFT folder or a GGUF file
    /// @return its id
    /// @throws IllegalArgumentException if there is one of that name, or the path holds none
    public int loadAdapter(String name, String source, Path path) throws InterruptedException {
        return await(between(() -> {
            LoraAdapter adapter = LoraAdapter.open(path, model.model().description(), model.backend());
            try {
                return adapterSet.add(new NamedAdapter(name, source, adapter, 1, 0));
            } catch (RuntimeException e) {
                adapter.close();
                throw e;
            }
        }));
    }

    /// Takes an adapter from further texts; those that use it are written to their end.
    ///
    /// @throws UnknownAdapterException if there is none of that name
    public void unloadAdapter(String name) {
        adapterSet.remove(name);
    }

    /// Sets the scales for texts that choose no adapter, by id; those not given are left out from now on.
    ///
    /// @throws UnknownAdapterException if there is none of an id
    public void standAdapters(Map<Integer, Float> scales) {
        adapterSet.stand(scales);
    }

    /// Begins to write texts with a model.
    ///
    /// @param name what clients call it
    /// @param model closed with this, and not to be used by anybody else until then
    public static HostedModel start(String name, LocalModel model, HostingOptions options) throws IOException {
        ModelDescription description = model.model().description();
        Path path = description.path();
        Instant written = Files.getLastModifiedTime(path).toInstant();
        // What the cache keys of one run need: the same file gives the same digest, and another one another.
        String digest = IdentityDigest.of(path + "\n" + description.weightBytes() + "\n" + written);
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

    /// Its name, whatever adapters texts are written with.
    public String modelName() {
        return modelName;
    }

    /// What clients asked for: named after the adapter too where they chose one by name.
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

    /// Added to the weights for the texts of a request; none without a [ModelLease].
    public List<ActiveAdapter> adapters() {
        return adapters;
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

    /// What makes a part of a text JSON that a schema allows.
    ///
    /// @throws dev.lilla.grammar.GrammarException if the schema is wrong or not supported
    public TokenGrammar grammarWithin(String schema) {
        return model.grammars().within(schema);
    }

    /// What makes a part of a text a call of one of several functions, with its arguments between tags.
    ///
    /// @throws dev.lilla.grammar.GrammarException if the schema of one is wrong or not supported
    public TokenGrammar taggedCall(List<FunctionSchema> functions, CallTags tags) {
        return model.grammars().taggedCall(functions, tags);
    }

    /// How its files want vectors of texts to be made; empty if they were not made for that.
    public Optional<Pooling> pooling() {
        return pooling;
    }

    /// Changes when the model's files do: what OpenAI calls `system_fingerprint`.
    public String fingerprint() {
        return fingerprint;
    }

    /// Says early that there is no place for a text; see [BatchScheduler#requirePlace].
    public void requirePlace(String tenant) {
        scheduler.requirePlace(tenant);
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
        closeRetired();
        adapterSet.all().forEach(LoraAdapter::close);
        model.close();
    }
}
