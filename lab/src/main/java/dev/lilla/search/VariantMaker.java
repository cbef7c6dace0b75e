package dev.lilla.search;

import dev.lilla.decision.Variant;
import dev.lilla.evaluate.TextWindow;
import dev.lilla.generate.ModelText;
import dev.lilla.kernel.Backend;
import dev.lilla.kernel.HostBackend;
import dev.lilla.model.family.Dimensions;
import dev.lilla.model.family.LoadOptions;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.optimize.AdapterMerger;
import dev.lilla.optimize.Calibration;
import dev.lilla.optimize.ConversionRequest;
import dev.lilla.optimize.ConversionRequest.Requantizing;
import dev.lilla.optimize.ConversionType;
import dev.lilla.optimize.Converter;
import dev.lilla.optimize.Cuts;
import dev.lilla.optimize.ImportanceMatrix;
import dev.lilla.optimize.MergeRequest;
import dev.lilla.optimize.Progress;
import dev.lilla.optimize.PrunedFile;
import dev.lilla.optimize.SampleText;
import dev.lilla.optimize.StructuredPruning;
import dev.lilla.optimize.StructuredPruning.LayerChoice;
import dev.lilla.optimize.TensorChoices;
import dev.lilla.project.Optimization.Pruning;
import dev.lilla.project.Quantities;
import dev.lilla.project.Tongue;
import dev.lilla.project.Wording;
import dev.lilla.tensor.ElementType;
import dev.lilla.train.StepPlan;
import dev.lilla.train.TrainingEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/// Makes variants in a folder, each once: what is there is taken as it is, and what was begun goes on.
final class VariantMaker {
    /// Windows of training examples that show which weights matter.
    private static final int WINDOWS = 64;

    private static final int WINDOW_TOKENS = 512;

    /// Types of fewer bits than this a weight are quantized with an importance matrix.
    private static final double FEW_BITS = 5;

    /// One part in so many is cut out.
    private static final int CUT = 8;

    private static final int BLOCK = 32;
    private static final int SUPER_BLOCK = 256;
    private static final int WIDE = 2048;

    private final Path folder;
    private final PartFiles parts;
    private final Tuner tuner;
    private final Tongue tongue;
    private final Watcher watcher;
    private final BooleanSupplier cancelled;
    private final Map<Path, ImportanceMatrix> importance = new HashMap<>();

    VariantMaker(Path folder, PartFiles parts, Tuner tuner, Tongue tongue, Watcher watcher, BooleanSupplier cancelled) {
        this.folder = folder;
        this.parts = parts;
        this.tuner = tuner;
        this.tongue = tongue;
        this.watcher = watcher;
        this.cancelled = cancelled;
    }

    /// Makes a variant whose parent is there.
    ///
    /// @param time that it may take
    /// @return empty if it cannot be made, which the watcher was told, or the search was cancelled
    Optional<Variant> make(Recipe recipe, Duration time) {
        Optional<Recipe> from = recipe.parent();
        if (from.isEmpty()) {
            return Optional.of(new Variant(recipe.name(), recipe.source(), List.of(), Optional.empty()));
        }
        Path parent = file(from.get());
        Path target = file(recipe);
        try {
            Files.createDirectories(folder);
            List<String> made = new ArrayList<>(steps(from.get()));
            if (recipe.type().isPresent()) {
                made.add(say("quantized to ", "kvantiserad till ")
                        + recipe.type().get().label());
                if (!Files.exists(target)) {
                    quantize(recipe, parent, target);
                }
            } else if (recipe.isTuned()) {
                Optional<Tuner.Outcome.Tuned> tuned = tune(recipe, parent, target, time);
                if (tuned.isEmpty()) {
                    return Optional.empty();
                }
                made.add(tunedText() + " (" + stepsText(tuned.get(), tongue) + ")");
            } else {
                Pruning cut = recipe.cut().orElseThrow();
                made.add(cutText(cut));
                if (!Files.exists(target)) {
                    prune(recipe, parent, target, cut);
                }
            }
            Variant variant = new Variant(
                    recipe.name(), target, made, Optional.of(from.get().name()));
            return Optional.of(
                    recipe.whole().map(whole -> variant.against(whole.name())).orElse(variant));
        } catch (IllegalArgumentException e) {
            watcher.noted(recipe.name() + say(" cannot be made: ", " kan inte göras: ") + e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be written: " + e.getMessage(), e);
        }
    }

    Path file(Recipe recipe) {
        return recipe.parent().isEmpty() ? recipe.source() : folder.resolve(recipe.fileName() + ".gguf");
    }

    /// What was done to the parent. How often it saw the examples is said where it is tuned.
    private List<String> steps(Recipe recipe) {
        List<String> steps = new ArrayList<>();
        recipe.cut().ifPresent(cut -> steps.add(cutText(cut)));
        if (recipe.isTuned()) {
            steps.add(tunedText());
        }
        return steps;
    }

    private String cutText(Pruning cut) {
        return switch (cut) {
            case LAYERS -> say("the layers that matter least cut out", "de minst viktiga lagren bortskurna");
            case HEADS -> say("the attention heads that matter least cut out", "de minst viktiga huvudena bortskurna");
            case WIDTH ->
                say("the feed-forward neurons that matter least cut out", "de minst viktiga neuronerna bortskurna");
        };
    }

    private String tunedText() {
        return say("tuned on ", "tränad på ") + parts.train().rows() + say(" examples", " exempel");
    }

    /// How often it saw the examples, and how many steps were planned for that: at first, when they had been measured,
    /// and at last.
    static String stepsText(Tuner.Outcome.Tuned tuned, Tongue tongue) {
        StepPlan plan = tuned.plan();
        List<StepPlan.Revision> later = plan.revisions();
        String done = new Wording("%.1f epochs in %d steps", "%.1f varv i %d steg").in(tongue);
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, done, tuned.epochs(), plan.steps()));
        if (later.isEmpty()) {
            return text.append(new Wording(", as planned", ", som planerat").in(tongue))
                    .toString();
        }
        text.append(new Wording("; planned were ", "; planerade var ").in(tongue))
                .append(plan.first())
                .append(new Wording(" by a trial, then ", " efter ett prov, sedan ").in(tongue))
                .append(bySteps(later.getFirst(), tongue));
        if (later.size() > 1) {
            text.append(new Wording(", at last ", ", till sist ").in(tongue)).append(bySteps(later.getLast(), tongue));
        }
        return text.toString();
    }

    private static String bySteps(StepPlan.Revision plan, Tongue tongue) {
        return plan.steps()
                + new Wording(" by steps of ", " efter steg på ").in(tongue)
                + Quantities.text(plan.aStep());
    }

    private Optional<Tuner.Outcome.Tuned> tune(Recipe recipe, Path parent, Path target, Duration time) {
        Path run = folder.resolve(recipe.fileName() + ".training");
        TrainingEvent.Listener listener = event -> {
            if (event instanceof TrainingEvent.Stepped step) {
                watcher.progress(recipe.name(), step.step(), step.steps());
            }
        };
        return switch (tuner.tune(parent, run, time, listener, cancelled)) {
            case Tuner.Outcome.Tuned tuned -> {
                watcher.tuned(recipe.name(), stepsText(tuned, tongue));
                if (!Files.exists(target)) {
                    Path merged = AdapterMerger.merge(MergeRequest.of(parent, tuned.adapter(), target), Progress.NONE);
                    watcher.progress(String.valueOf(merged.getFileName()), 1, 1);
                }
                yield Optional.of(tuned);
            }
            case Tuner.Outcome.TooLong(Duration needed) -> {
                watcher.noted(recipe.name()
                        + say(
                                " was not tried: a pass through the training data takes about ",
                                " prövades inte: ett varv genom träningsdata tar omkring ")
                        + Quantities.text(needed)
                        + say(", and there are ", ", och det finns ")
                        + Quantities.text(time)
                        + say(" for it.", " för det."));
                yield Optional.empty();
            }
            case Tuner.Outcome.Interrupted _ -> Optional.empty();
        };
    }

    private String say(String english, String swedish) {
        return new Wording(english, swedish).in(tongue);
    }

    private void quantize(Recipe recipe, Path parent, Path target) throws IOException {
        ConversionType type = recipe.type().orElseThrow();
        Optional<ImportanceMatrix> matrix =
                bits(type) < FEW_BITS ? Optional.of(importanceOf(parent)) : Optional.empty();
        ConversionRequest request = ConversionRequest.of(parent, target, type)
                .with(new TensorChoices(List.of(), matrix))
                .with(Requantizing.FROM_EIGHT_BITS);
        Path written = Converter.convert(
                request, (_, done, total) -> watcher.progress("quantizing to " + type.label(), done, total));
        watcher.progress(String.valueOf(written.getFileName()), 1, 1);
    }

    /// Bits of a weight, scales included.
    static double bits(ConversionType type) {
        ElementType stored = type.elementType();
        return 8.0 * stored.blockBytes() / stored.blockElements();
    }

    /// Read once for all types of a model.
    private ImportanceMatrix importanceOf(Path model) throws IOException {
        ImportanceMatrix known = importance.get(model);
        if (known == null) {
            known = importance(model);
            importance.put(model, known);
        }
        return known;
    }

    private ImportanceMatrix importance(Path model) throws IOException {
        try (Backend backend = HostBackend.open(tuner.host());
                ModelDescription description = ModelDescription.open(model, LoadOptions.DEFAULT)) {
            return Calibration.run(
                            description,
                            backend,
                            windows(description),
                            List.of("training data"),
                            (done, total) -> watcher.progress("reading what matters", done, total))
                    .importance();
        }
    }

    private List<TextWindow> windows(ModelDescription model) throws IOException {
        int context = Math.min(WINDOW_TOKENS, model.spec().contextLength());
        return TextWindow.some(SampleText.windows(parts.train().path(), ModelText.of(model), context), WINDOWS);
    }

    private void prune(Recipe recipe, Path parent, Path target, Pruning cut) throws IOException {
        try (ModelDescription description = ModelDescription.open(parent, LoadOptions.DEFAULT)) {
            if (description.directory().isPresent()) {
                Path whole = folder.resolve(Recipe.of(recipe.model(), parent).fileName() + ".whole.gguf");
                if (!Files.exists(whole)) {
                    ConversionRequest request = ConversionRequest.of(parent, whole, ConversionType.BF16);
                    Path written =
                            Converter.convert(request, (_, done, total) -> watcher.progress("converting", done, total));
                    prune(recipe, written, target, cut);
                    Files.delete(whole);
                } else {
                    prune(recipe, whole, target, cut);
                }
                return;
            }
            try (Backend backend = HostBackend.open(tuner.host())) {
                Cuts cuts = pruning(cut, description.dimensions())
                        .choose(
                                description,
                                backend,
                                windows(description),
                                (done, total) -> watcher.progress("looking for what matters least", done, total));
                PrunedFile.write(
                        description,
                        cuts,
                        new PrunedFile.Target(target, LoadOptions.DEFAULT, Requantizing.FROM_EIGHT_BITS),
                        (_, done, total) -> watcher.progress("cutting", done, total));
            }
        }
    }

    /// An eighth of one thing, at least one.
    private static StructuredPruning pruning(Pruning cut, Dimensions d) {
        OptionalInt none = OptionalInt.empty();
        return switch (cut) {
            case LAYERS -> new StructuredPruning(less(d.layers(), 1), none, none, LayerChoice.PERPLEXITY);
            case HEADS -> new StructuredPruning(none, less(d.kvHeads(), 1), none, LayerChoice.INFLUENCE);
            case WIDTH -> {
                int unit = d.ffn() >= WIDE && d.ffn() % SUPER_BLOCK == 0 ? SUPER_BLOCK : BLOCK;
                yield new StructuredPruning(none, none, less(d.ffn(), unit), LayerChoice.INFLUENCE);
            }
        };
    }

    private static OptionalInt less(int all, int unit) {
        int gone = Math.max(unit, all / CUT / unit * unit);
        return OptionalInt.of(Math.max(unit, all - gone));
    }
}
