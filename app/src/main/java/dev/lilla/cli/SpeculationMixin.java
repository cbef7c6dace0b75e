package dev.lilla.cli;

import dev.lilla.generate.Speculation;
import dev.lilla.store.ModelStore;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How the next tokens are guessed.
final class SpeculationMixin {
    @Option(
            names = "--speculate",
            paramLabel = "HOW",
            description = "Guesses tokens ahead, which the model checks in one pass; the text stays the same. "
                    + "ngram: it goes on as it did before (summaries, edits, code); none. Default: none.")
    private @Nullable String how;

    @Option(
            names = "--speculate-with",
            paramLabel = "MODEL",
            description = "Lets a smaller model with the same vocabulary guess.")
    private @Nullable String model;

    @Option(
            names = "--draft-tokens",
            paramLabel = "N",
            description = "The most tokens to guess at a time. Default: " + Speculation.TOKENS_DEFAULT + ".")
    private @Nullable Integer tokens;

    /// What the user asked for.
    ///
    /// @throws IllegalArgumentException if options contradict each other
    Speculation choice(ModelStore store) throws IOException {
        Speculation choice = choice(store, tokens == null ? Speculation.TOKENS_DEFAULT : tokens);
        if (tokens != null && choice instanceof Speculation.None) {
            throw new IllegalArgumentException("--draft-tokens needs --speculate ngram or --speculate-with MODEL");
        }
        return choice;
    }

    private Speculation choice(ModelStore store, int tokensMax) throws IOException {
        if (model != null) {
            if (how != null) {
                throw new IllegalArgumentException("--speculate and --speculate-with exclude each other");
            }
            return new Speculation.SmallerModel(store.resolve(model), tokensMax);
        }
        return switch (how == null ? "none" : how.toLowerCase(Locale.ROOT)) {
            case "none" -> new Speculation.None();
            case "ngram" -> new Speculation.Ngram(tokensMax);
            default ->
                throw new IllegalArgumentException("--speculate is ngram or none, not \"" + how
                        + "\"; a model that guesses is named with --speculate-with");
        };
    }
}
