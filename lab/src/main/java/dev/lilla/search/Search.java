package dev.lilla.search;

import dev.lilla.decision.Decision;
import dev.lilla.decision.Decision.Candidate;
import dev.lilla.decision.DecisionRecord.Baseline;
import dev.lilla.decision.Figures;
import dev.lilla.decision.Variant;
import dev.lilla.evaluate.run.ChatSubject;
import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.run.LocalSubject;
import dev.lilla.evaluate.run.RunStore;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.Task;
import dev.lilla.generate.LocalModel;
import dev.lilla.project.Wording;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/// Looks for the variant that does a project's job: makes variants of its models, screens them on validation examples,
/// and decides between the best on test examples, which nothing before has seen.
///
/// All answers are kept in the store and all variants in the folder, so a search that was stopped goes on.
public final class Search {
    /// Models, tuned or not, that go on to the next rounds.
    private static final int MODELS_KEPT = 3;

    /// Of them those that are quantized.
    private static final int QUANTIZED = 2;

    /// Variants that are judged on the test examples, beside what they were made from.
    private static final int FINALISTS = 6;

    private final SearchRequest request;
    private final RunStore store;
    private final Watcher watcher;
    private final BooleanSupplier cancelled;
    private final PartFiles parts;
    private final Task validation;
    private final VariantMaker maker;
    private final Screening screening;
    private final Budget budget;
    private final Map<Recipe, Variant> made = new LinkedHashMap<>();

    /// How a search ended.
    public sealed interface Outcome {
        /// @param task by which it was decided, on the test examples
        record Decided(Decision decision, PartFiles parts, Task task, List<Baseline> baselines) implements Outcome {}

        /// The same search goes on from here when it is asked for again.
        record Interrupted() implements Outcome {}
    }

    private Search(SearchRequest request, RunStore store, Watcher watcher, BooleanSupplier cancelled) {
        this.request = request;
        this.store = store;
        this.watcher = watcher;
        this.cancelled = cancelled;
        this.parts = PartFiles.write(request.project(), data());
        this.validation =
                ProjectTask.of(request.project(), parts, parts.validation().path());
        Tuner tuner = new Tuner(parts, request.options().host(), request.epochs());
        this.maker = new VariantMaker(
                VariantFolder.open(request, parts, watcher), parts, tuner, request.tongue(), watcher, cancelled);
        this.screening = new Screening(validation, parts.validation().rows(), this::ask);
        this.budget = new Budget(request.budget());
    }

    /// Searches.
    ///
    /// @throws IllegalArgumentException if the data or a model cannot be read
    public static Outcome run(SearchRequest request, RunStore store, Watcher watcher, BooleanSupplier cancelled)
            throws InterruptedException {
        return new Search(request, store, watcher, cancelled).run();
    }

    private Path data() {
        return request.folder().resolve("data");
    }

    private Outcome run() throws InterruptedException {
        Optional<List<Candidate>> elsewhere = askElsewhere();
        if (elsewhere.isEmpty()) {
            return new Outcome.Interrupted();
        }
        Contestants contestants = new Contestants(request.project().optimization());
        request.project().evaluation().withoutEffect().ifPresent(words -> watcher.noted(words.in(request.tongue())));
        watcher.stage(Watcher.Stage.MODELS);
        double later = request.models().stream()
                .mapToDouble(model -> TuningWork.of(contestants.cut(model)))
                .max()
                .orElse(0);
        List<Standing> field = round(List.of(), contestants.first(request.models()), later, MODELS_KEPT);
        List<Recipe> cuts =
                field.isEmpty() ? List.of() : contestants.cut(field.getFirst().recipe());
        if (!cuts.isEmpty()) {
            watcher.stage(Watcher.Stage.CUT);
            field = round(field, cuts, 0, MODELS_KEPT);
        }
        List<Recipe> fewer = new ArrayList<>();
        for (Standing standing : field.subList(0, Math.min(QUANTIZED, field.size()))) {
            fewer.addAll(contestants.quantized(standing.recipe(), bits(standing)));
        }
        if (!fewer.isEmpty()) {
            watcher.stage(Watcher.Stage.QUANTIZED);
            field = round(field, fewer, 0, FINALISTS);
        }
        if (cancelled.getAsBoolean()) {
            return new Outcome.Interrupted();
        }
        watcher.stage(Watcher.Stage.TEST);
        List<Recipe> finalists =
                Contestants.withAncestors(field.stream().map(Standing::recipe).toList());
        return decide(finalists.stream().filter(this::isThere).toList(), elsewhere.get());
    }

    private boolean isThere(Recipe recipe) {
        return made.containsKey(recipe) || recipe.parent().isEmpty();
    }

    /// Lets models elsewhere answer the test examples; what is in the store is not sent again.
    ///
    /// @return empty if it was cancelled
    private Optional<List<Candidate>> askElsewhere() throws InterruptedException {
        if (request.elsewhere().isEmpty()) {
            return Optional.of(List.of());
        }
        watcher.stage(Watcher.Stage.ELSEWHERE);
        Task task = ProjectTask.of(request.project(), parts, parts.test().path());
        List<Candidate> candidates = new ArrayList<>();
        for (ChatSubject subject : request.elsewhere()) {
            Optional<Result> result = evaluation(task)
                    .run(subject, store, (name, done, total) -> watcher.progress(name, done, total), cancelled);
            if (result.isEmpty()) {
                return Optional.empty();
            }
            candidates.add(judged(Variant.elsewhere(subject.name()), result.get()));
        }
        return Optional.of(candidates);
    }

    /// Of the test examples, as the project asks for it.
    private Evaluation evaluation(Task task) {
        dev.lilla.project.Evaluation asked = request.project().evaluation();
        return new Evaluation(task, asked.limit().orElse(Integer.MAX_VALUE), Bootstrap.DEFAULT, asked.roundSeeds());
    }

    private Candidate judged(Variant variant, Result result) {
        watcher.evaluated(
                variant,
                Figures.of(result, request.prices()).quality(),
                result.scores().examples().size());
        return new Candidate(variant, result);
    }

    /// Makes what the recipes say, and screens it beside the field.
    ///
    /// @param later tuning that follows in other rounds, for which time is to be left
    private List<Standing> round(List<Standing> field, List<Recipe> recipes, double later, int keep)
            throws InterruptedException {
        List<Standing> contestants = new ArrayList<>(field);
        for (int i = 0; i < recipes.size() && !cancelled.getAsBoolean(); i++) {
            Recipe recipe = recipes.get(i);
            if (budget.isOver() && !isThere(recipe)) {
                watcher.noted(new Wording(" was not tried: the time is over.", " prövades inte: tiden är slut.")
                        .in(request.tongue())
                        .transform(recipe.name()::concat));
                continue;
            }
            double work = TuningWork.of(recipe);
            double all = TuningWork.of(recipes.subList(i, recipes.size())) + later;
            make(recipe, budget.share(work / Math.max(all, 1)))
                    .ifPresent(variant -> contestants.add(new Standing(recipe, variant)));
        }
        return screening.run(contestants, keep);
    }

    private Optional<Variant> make(Recipe recipe, Duration time) {
        Variant known = made.get(recipe);
        if (known != null) {
            return Optional.of(known);
        }
        boolean hasParent =
                recipe.parent().isEmpty() || make(recipe.parent().get(), time).isPresent();
        Optional<Variant> variant = hasParent ? maker.make(recipe, time) : Optional.empty();
        variant.ifPresent(value -> made.put(recipe, value));
        return variant;
    }

    private static double bits(Standing standing) {
        return 8.0 * standing.diskBytes() / Math.max(1, standing.parameters());
    }

    private boolean ask(Standing standing, int from, int to) throws InterruptedException {
        Path rows = parts.validation().piece(from, to);
        Task task = ProjectTask.of(request.project(), parts, rows);
        Evaluation evaluation = new Evaluation(task, Integer.MAX_VALUE, Bootstrap.DEFAULT);
        Optional<Result> result = evaluate(evaluation, standing.variant(), standing::measured);
        result.ifPresent(found -> {
            standing.add(found);
            watcher.evaluated(
                    standing.variant(), standing.quality(validation, standing.examples()), standing.examples());
        });
        return result.isPresent();
    }

    private Outcome decide(List<Recipe> recipes, List<Candidate> elsewhere) throws InterruptedException {
        OwnMemory memory = new OwnMemory(request, store, watcher, cancelled);
        Task task = ProjectTask.of(request.project(), parts, parts.test().path());
        Evaluation evaluation = evaluation(task);
        List<Candidate> candidates = new ArrayList<>();
        for (Recipe recipe : recipes) {
            Variant variant = make(recipe, Duration.ZERO).orElseThrow();
            Optional<Result> evaluated = evaluate(evaluation, variant, _ -> {});
            Optional<Result> result =
                    evaluated.isPresent() ? memory.measured(variant, evaluated.get()) : Optional.empty();
            if (result.isEmpty()) {
                return new Outcome.Interrupted();
            }
            candidates.add(judged(variant, result.get()));
        }
        if (cancelled.getAsBoolean()) {
            return new Outcome.Interrupted();
        }
        candidates.addAll(elsewhere);
        Decision decision = Decision.of(request.project().goal(), candidates, request.prices(), Bootstrap.DEFAULT);
        Baselines baselines = new Baselines(parts.train().solved());
        return new Outcome.Decided(
                decision, parts, task, baselines.of(task, candidates.getFirst().result(), request.tongue()));
    }

    /// @param opened is told how many parameters the model has
    private Optional<Result> evaluate(Evaluation evaluation, Variant variant, LongConsumer opened)
            throws InterruptedException {
        // What was made before is not part of what the variant takes.
        System.gc();
        LocalModel model = LocalModel.open(variant.file(), request.options());
        opened.accept(model.model().description().parameters());
        try (LocalSubject subject =
                new LocalSubject(variant.name(), model, request.options(), List.of(), request.parallel())) {
            return evaluation.run(
                    subject, store, (name, done, total) -> watcher.progress(name, done, total), cancelled);
        }
    }
}
