package dev.lilla.search;

import dev.lilla.decision.Variant;
import dev.lilla.evaluate.run.Evaluation.Result;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Outcome;
import dev.lilla.evaluate.task.Score;
import dev.lilla.evaluate.task.Task;
import dev.lilla.evaluate.task.TaskScores;
import java.util.ArrayList;
import java.util.List;

/// What a variant has shown so far on validation examples; grows as it is asked more of them.
final class Standing {
    private final Recipe recipe;
    private final Variant variant;
    private final List<Example> examples = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private long diskBytes;
    private long parameters;

    Standing(Recipe recipe, Variant variant) {
        this.recipe = recipe;
        this.variant = variant;
    }

    Recipe recipe() {
        return recipe;
    }

    Variant variant() {
        return variant;
    }

    void add(Result result) {
        examples.addAll(result.scores().examples());
        outcomes.addAll(result.scores().outcomes());
        diskBytes = result.efficiency().diskBytes();
    }

    /// What was found when the model was opened.
    void measured(long found) {
        parameters = found;
    }

    long parameters() {
        return parameters;
    }

    int examples() {
        return examples.size();
    }

    /// By the first metric of the task on the first examples, 0 to 1, higher for better.
    ///
    /// @param count at most as many as it was asked
    double quality(Task task, int count) {
        Score first = new TaskScores(task, examples.subList(0, count), outcomes.subList(0, count))
                .scores()
                .getFirst();
        return first.tally().score() / first.scale().unit();
    }

    /// How much it takes: bytes that are read for each token.
    long diskBytes() {
        return diskBytes;
    }
}
