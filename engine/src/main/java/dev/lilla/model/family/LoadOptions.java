package dev.lilla.model.family;

import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// What the user says about a model because its files do not, or because they are wrong.
///
/// @param slidingWindow keys a query sees, itself included, where the file has lost it (Mistral 0.1 as GGUF)
/// @param trainContext training context of Qwen v1, from which on its scalings set in, lost in GGUF
/// @param contextLength positions to allow instead of those the file states
public record LoadOptions(
        OptionalInt slidingWindow, OptionalInt trainContext, OptionalInt contextLength, Optional<GebLayout> gebLayout) {
    /// Nothing said: the file decides.
    public static final LoadOptions DEFAULT =
            new LoadOptions(OptionalInt.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty());

    /// The options by the name they have on the command line.
    public enum Name {
        SLIDING_WINDOW("sliding-window"),
        TRAIN_CONTEXT("train-context"),
        CONTEXT_LENGTH("context"),
        GEB_LAYOUT("geb-layout");

        private final String option;

        Name(String option) {
            this.option = option;
        }

        public String option() {
            return option;
        }
    }

    public LoadOptions {
        check("sliding window", slidingWindow);
        check("training context", trainContext);
        check("context length", contextLength);
    }

    private static void check(String what, OptionalInt value) {
        if (value.isPresent() && (value.getAsInt() < 1 || value.getAsInt() > Dimensions.CONTEXT_MAX)) {
            throw new IllegalArgumentException(
                    "a " + what + " of " + value.getAsInt() + " tokens, expected 1 to " + Dimensions.CONTEXT_MAX);
        }
    }

    public LoadOptions withSlidingWindow(int tokens) {
        return new LoadOptions(OptionalInt.of(tokens), trainContext, contextLength, gebLayout);
    }

    public LoadOptions withTrainContext(int tokens) {
        return new LoadOptions(slidingWindow, OptionalInt.of(tokens), contextLength, gebLayout);
    }

    public LoadOptions withContextLength(int tokens) {
        return new LoadOptions(slidingWindow, trainContext, OptionalInt.of(tokens), gebLayout);
    }

    public LoadOptions withGebLayout(GebLayout layout) {
        return new LoadOptions(slidingWindow, trainContext, contextLength, Optional.of(layout));
    }

    /// Those that were given.
    Set<Name> given() {
        Set<Name> given = EnumSet.noneOf(Name.class);
        if (slidingWindow.isPresent()) {
            given.add(Name.SLIDING_WINDOW);
        }
        if (trainContext.isPresent()) {
            given.add(Name.TRAIN_CONTEXT);
        }
        if (contextLength.isPresent()) {
            given.add(Name.CONTEXT_LENGTH);
        }
        if (gebLayout.isPresent()) {
            given.add(Name.GEB_LAYOUT);
        }
        return given;
    }
}
