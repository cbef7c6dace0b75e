package dev.lilla.deploy;

import dev.lilla.decision.Criterion;
import dev.lilla.decision.CriterionWords;
import dev.lilla.decision.DecisionRecord;
import dev.lilla.evaluate.run.Protocol;
import dev.lilla.project.Project;
import dev.lilla.project.Tongue;
import dev.lilla.search.ProjectTask;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a project differs from the one that a decision was made for, as far as it makes the decision another one.
final class GoalChanges {
    private final Project project;
    private final DecisionRecord record;
    private final List<String> changes = new ArrayList<>();

    private GoalChanges(Project project, DecisionRecord record) {
        this.project = project;
        this.record = record;
    }

    /// Each change with what is there now and what was then; empty where there is none.
    static List<String> between(Project project, DecisionRecord record) {
        GoalChanges found = new GoalChanges(project, record);
        String task = project.goal().task().label();
        found.compare("the task", task, String.valueOf(record.goal().task()));
        // The metric of another task is another one, which says nothing more.
        if (found.changes.isEmpty()) {
            found.metric();
        }
        found.limits();
        if (found.changes.isEmpty()) {
            found.questions();
        }
        return List.copyOf(found.changes);
    }

    private void compare(String what, String now, String then) {
        if (!now.equals(then)) {
            changes.add(what + " is " + now + " now, and was " + then);
        }
    }

    private void metric() {
        compare(
                "the metric",
                ProjectTask.metric(project),
                String.valueOf(record.goal().metric()));
    }

    private void limits() {
        boolean isSameTask = project.goal().task().label().equals(record.goal().task());
        CriterionWords then = CriterionWords.of(record, Tongue.ENGLISH);
        CriterionWords now = isSameTask ? CriterionWords.of(record, ProjectTask.metric(project), Tongue.ENGLISH) : then;
        Map<Criterion.Kind, Double> limits = Criterion.limits(project.goal());
        Map<Criterion.Kind, Double> recorded = new EnumMap<>(Criterion.Kind.class);
        record.goal().criteria().forEach(asked -> recorded.put(asked.kind(), asked.limit()));
        for (Criterion.Kind kind : Criterion.Kind.values()) {
            // A system that measured no memory held nothing against that limit.
            boolean isUnmeasured = kind == Criterion.Kind.MEMORY && !recorded.containsKey(kind);
            if (!isUnmeasured
                    && !Optional.ofNullable(limits.get(kind)).equals(Optional.ofNullable(recorded.get(kind)))) {
                changes.add("the limit on " + now.name(kind) + " is " + amount(now, kind, limits) + " now, and was "
                        + amount(then, kind, recorded));
            }
        }
    }

    private static String amount(CriterionWords words, Criterion.Kind kind, Map<Criterion.Kind, Double> limits) {
        return limits.containsKey(kind) ? words.amount(kind, limits.get(kind)) : "none";
    }

    /// Models were asked something else; texts of it are in the record as digests alone.
    private void questions() {
        String shots = record.protocol().get(Protocol.SHOTS);
        if (shots != null) {
            compare(
                    "the number of examples shown (evaluation.shots)",
                    Integer.toString(project.evaluation().shots()),
                    shots);
        }
        String source = record.protocol().get(Protocol.TASK_FILE);
        String now = ProjectTask.question(project);
        if (source != null && !source.equals(now)) {
            changes.add(
                    "evaluation.prompt or evaluation.system is another one now: their digest with task and metric is "
                            + now + ", and was " + source);
        }
    }
}
