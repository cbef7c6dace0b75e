package dev.lilla.cli;

import dev.lilla.kernel.RotaryStyle;
import dev.lilla.model.family.GebLayout;
import dev.lilla.model.family.LoadOptions;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What the user says about a model because its files do not.
final class LoadMixin {
    @Option(
            names = "--sliding-window",
            paramLabel = "TOKENS",
            description = "Keys that a token sees, for GGUFs that lost it (Mistral 7B v0.1: 4096).")
    private @Nullable Integer slidingWindow;

    @Option(
            names = "--train-context",
            paramLabel = "TOKENS",
            description = "Training context of Qwen v1, for GGUFs that lost it (8192).")
    private @Nullable Integer trainContext;

    @Option(
            names = "--geb-layout",
            paramLabel = "CHOICES",
            description = {
                "What GEB's files leave open, any of: per-head or blocked (keys and values), half-split or interleaved "
                        + "and full or half (rotation), gate-up or up-gate. Example: blocked,interleaved"
            })
    private @Nullable String gebLayout;

    /// The options, without a context length.
    LoadOptions options() {
        return new LoadOptions(
                optional(slidingWindow),
                optional(trainContext),
                OptionalInt.empty(),
                Optional.ofNullable(gebLayout).map(LoadMixin::layout));
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static GebLayout layout(String choices) {
        GebLayout layout = GebLayout.DEFAULT;
        for (String choice : choices.toLowerCase(Locale.ROOT).split(",")) {
            layout = switch (choice.strip()) {
                case "per-head" -> layout.with(GebLayout.KeyValues.PER_HEAD);
                case "blocked" -> layout.with(GebLayout.KeyValues.BLOCKED);
                case "half-split" -> layout.with(RotaryStyle.HALF_SPLIT);
                case "interleaved" -> layout.with(RotaryStyle.INTERLEAVED);
                case "full" -> layout.with(GebLayout.RotaryPart.FULL);
                case "half" -> layout.with(GebLayout.RotaryPart.HALF);
                case "gate-up" -> layout.with(GebLayout.Halves.GATE_UP);
                case "up-gate" -> layout.with(GebLayout.Halves.UP_GATE);
                default ->
                    throw new IllegalArgumentException("--geb-layout knows per-head, blocked, half-split, interleaved, "
                            + "full, half, gate-up and up-gate, not \"" + choice + "\"");
            };
        }
        return layout;
    }

    /// A layout as `--geb-layout` takes it.
    static String text(GebLayout layout) {
        return String.join(
                ",",
                label(layout.keyValues()),
                label(layout.rotaryStyle()),
                label(layout.rotaryPart()),
                label(layout.halves()));
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
