package dev.lilla.generate;

import dev.lilla.kernel.Backend;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.kernel.KvLayout;
import dev.lilla.kernel.KvType;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.LoadedModel;
import dev.lilla.model.family.ModelLoader;
import dev.lilla.tokenizer.Tokenizer;
import java.nio.file.Path;

/// A smaller model that guesses for another: its weights, its cache and its drafter.
final class DraftModel implements AutoCloseable {
    /// Sizes of one family's models, rounded up for its hardware, differ by less: 151,936 and 152,064.
    private static final int PADDING_MAX = 512;

    private static final String ADVICE =
            "Use a smaller model of the same family, or let repeated words guess: " + "--speculate ngram.";

    private final LoadedModel model;
    private final KvBlocks cache;
    private final ModelDrafter drafter;

    private DraftModel(LoadedModel model, KvBlocks cache, ModelDrafter drafter) {
        this.model = model;
        this.cache = cache;
        this.drafter = drafter;
    }

    /// Opens one on the backend of the model it guesses for.
    ///
    /// @param target the model it guesses for
    /// @param tokenizer of the target
    /// @throws IllegalArgumentException if its vocabulary is another
    static DraftModel open(
            Speculation.SmallerModel choice, LoadedModel target, Tokenizer tokenizer, Backend backend, KvType kvType) {
        LoadedModel model = ModelLoader.open(choice.path(), LoadOptions.DEFAULT, backend);
        try {
            int tokens = commonTokens(choice.path(), LocalModel.tokenizer(model.description()), tokenizer);
            int context = Math.min(model.spec().contextLength(), target.spec().contextLength());
            KvBlocks cache = backend.allocateBlocks(
                    model.decoder().kvLayout(kvType), Math.ceilDiv(context, KvLayout.BLOCK_TOKENS));
            return new DraftModel(model, cache, new ModelDrafter(model.decoder(), cache, tokens, choice.tokensMax()));
        } catch (Throwable e) {
            model.close();
            throw e;
        }
    }

    /// Checks that every token means the same in both vocabularies. One may have more at its end, which are padding in
    /// the models of one family.
    ///
    /// @return ids that both have
    /// @throws IllegalArgumentException if one differs
    static int commonTokens(Path draft, Tokenizer own, Tokenizer target) {
        int common = Math.min(own.size(), target.size());
        if (Math.max(own.size(), target.size()) - common > PADDING_MAX) {
            throw new IllegalArgumentException(draft + " has a vocabulary of " + own.size()
                    + " tokens, and the model it is to guess for one of " + target.size() + ". " + ADVICE);
        }
        for (int id = 0; id < common; id++) {
            if (!own.token(id).equals(target.token(id))) {
                throw new IllegalArgumentException(draft + " has another vocabulary than the model it is to guess for: "
                        + "token " + id + " is \"" + own.token(id) + "\" there and \"" + target.token(id) + "\" here. "
                        + ADVICE);
            }
        }
        return common;
    }

    ModelDrafter drafter() {
        return drafter;
    }

    @Override
    public void close() {
        drafter.close();
        cache.close();
        model.close();
    }
}
