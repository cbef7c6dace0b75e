package dev.lilla.generate;

import dev.lilla.chat.AnswerListener;
import dev.lilla.format.Checkpoint;
import dev.lilla.format.Gguf;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.model.ActiveAdapter;
import dev.lilla.model.Decoder;
import dev.lilla.model.family.LoadListener;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.model.family.ModelLoader;
import dev.lilla.template.ChatTemplate;
import dev.lilla.tokenizer.Tokenizer;
import dev.lilla.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A model on this machine with all it takes to write text: decoder, cache, tokenizer, chat template and settings.
///
/// Not safe for use by several threads.
public final class LocalModel implements AutoCloseable {
    private final Backend backend;
    private final LoadedModel model;
    private final KvBlocks cache;
    private final Tokenizer tokenizer;
    private final PromptEncoder encoder;
    private final GrammarCache grammars;
    private final GenerationDefaults defaults;
    private final @Nullable DraftModel draftModel;
    private final Drafter drafter;
    /// Caches for schedulers.
    private final List<KvBlocks> pools = new ArrayList<>();

    private LocalModel(Backend backend, LoadedModel model, Tokenizer tokenizer, LocalModelOptions options) {
        this.backend = backend;
        this.model = model;
        this.tokenizer = tokenizer;
        this.grammars = new GrammarCache(tokenizer);
        this.encoder = new PromptEncoder(tokenizer, model.family().chat().bos());
        this.defaults = GenerationDefaults.of(model.description(), tokenizer);
        int blocks = Math.ceilDiv(model.spec().contextLength(), KvLayout.BLOCK_TOKENS);
        this.cache = backend.allocateBlocks(model.decoder().kvLayout(options.kvType()), blocks);
        try {
            this.draftModel = options.speculation() instanceof Speculation.SmallerModel choice
                    ? DraftModel.open(choice, model, tokenizer, backend, options.kvType())
                    : null;
        } catch (Throwable e) {
            cache.close();
            throw e;
        }
        this.drafter = switch (options.speculation()) {
            case Speculation.None() -> Drafter.NONE;
            case Speculation.Ngram(int tokensMax) -> new NgramDrafter(tokensMax);
            case Speculation.SmallerModel _ ->
                Objects.requireNonNull(draftModel).drafter();
        };
    }

    /// Opens a Hugging Face directory or a GGUF file.
    ///
    /// @throws dev.lilla.format.ModelFormatException if a file is broken
    /// @throws dev.lilla.format.UnsupportedModelException if the model needs what Lilla lacks
    /// @throws dev.lilla.kernel.CapacityException if there is no memory for it
    /// @throws IllegalArgumentException if a model that is to guess for it has another vocabulary
    public static LocalModel open(Path path, LocalModelOptions options) {
        return open(path, options, LoadListener.NONE);
    }

    /// The same, with a listener that is told how far the model is.
    public static LocalModel open(Path path, LocalModelOptions options, LoadListener listener) {
        Aside<Backend> opening = Aside.start("backend", () -> HostBackend.open(options.host()));
        ModelDescription description;
        try {
            description = ModelDescription.open(path, options.load());
        } catch (Throwable e) {
            close(opening, e);
            throw e;
        }
        // A vocabulary takes one core a tenth of a second and more.
        Aside<Tokenizer> tokenizer = Aside.start("tokenizer", () -> tokenizer(description));
        Backend backend;
        try {
            backend = opening.get();
        } catch (Throwable e) {
            description.close();
            throw e;
        }
        try {
            LoadedModel model = ModelLoader.open(description, backend, listener);
            try {
                return new LocalModel(backend, model, tokenizer.get(), options);
            } catch (Throwable e) {
                model.close();
                throw e;
            }
        } catch (Throwable e) {
            backend.close();
            throw e;
        }
    }

    private static void close(Aside<Backend> opening, Throwable failure) {
        try {
            opening.get().close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    static Tokenizer tokenizer(ModelDescription description) {
        Optional<HuggingFaceDirectory> directory = description.directory();
        if (directory.isPresent()) {
            return Tokenizers.open(directory.get());
        }
        Checkpoint checkpoint = description.checkpoint();
        if (checkpoint instanceof Gguf gguf) {
            return Tokenizers.open(gguf);
        }
        throw new IllegalStateException(description.path() + " is neither a directory nor a GGUF file");
    }

    public LoadedModel model() {
        return model;
    }

    public Decoder decoder() {
        return model.decoder();
    }

    public Backend backend() {
        return backend;
    }

    public KvBlocks cache() {
        return cache;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /// What its answers can be made to follow.
    public GrammarCache grammars() {
        return grammars;
    }

    public GenerationDefaults defaults() {
        return defaults;
    }

    /// The chat template of the files, or the one its family falls back to.
    ///
    /// @throws dev.lilla.template.TemplateException if it is broken
    public Optional<ChatTemplate> chatTemplate() {
        return ChatTemplates.find(model.description());
    }

    /// Encodes a text that the model is to continue.
    public int[] encode(String text) {
        return encoder.text(text);
    }

    /// Adds what a text begins with to the tokens of a conversation, where its template left it out.
    int[] withBeginning(int[] conversation) {
        return encoder.conversation(conversation);
    }

    /// A runner for sequences on its cache, with guesses where the options ask for them.
    public SequenceRunner runner() {
        return new SequenceRunner(decoder(), cache, drafter);
    }

    /// What a scheduler needs to write the texts of many callers, on cache blocks of their own; nothing else here is to
    /// be used meanwhile.
    ///
    /// @param digest tells these weights from others, such as the SHA-256 of their file
    /// @param cacheTokens of all callers together, at least one block; memory is taken as it is needed
    public ServedModel served(String digest, long cacheTokens) {
        int blocks = Math.toIntExact(Math.ceilDiv(cacheTokens, (long) KvLayout.BLOCK_TOKENS));
        KvBlocks pool = backend.allocateBlocks(cache.layout(), blocks);
        pools.add(pool);
        return new ServedModel(decoder(), pool, tokenizer, digest, drafter);
    }

    /// Writes a text.
    ///
    /// @throws IllegalArgumentException if the prompt leaves no room in the context
    public Completion generate(GenerationRequest request, AnswerListener listener) {
        try (Sequence sequence = new Sequence(request, tokenizer, cache, model.spec(), listener)) {
            SequenceRunner runner = runner();
            runner.add(sequence);
            runner.run();
            return sequence.completion();
        }
    }

    /// Its conversations.
    ///
    /// @param adapters added to the weights
    /// @throws IllegalArgumentException if it has no chat template
    public LocalChatModel chat(List<ActiveAdapter> adapters) {
        return new LocalChatModel(this, adapters);
    }

    /// Frees everything. A step that another thread computes is finished first and fails afterwards:
    /// memory is freed only when no kernel can be in it.
    @Override
    public void close() {
        if (draftModel != null) {
            draftModel.close();
        }
        backend.close();
        cache.close();
        pools.forEach(KvBlocks::close);
        model.close();
    }
}
