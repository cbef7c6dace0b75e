package dev.lilla.deploy;

import dev.lilla.evaluate.task.Task;
import dev.lilla.project.DataSource;
import dev.lilla.project.Goal;
import dev.lilla.project.Part;
import dev.lilla.project.Project;
import dev.lilla.project.ProjectExample;
import dev.lilla.project.ProjectExamples;
import dev.lilla.search.PartFiles;
import dev.lilla.search.ProjectTask;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The examples of a check, asked as those of the decision were.
///
/// @param task with these examples to be answered
/// @param known how many of them are in the training data too
/// @param rows how many there are
public record FreshExamples(Task task, int known, int rows) {
    /// The project's own test examples.
    ///
    /// @param scratch a folder for the prepared examples
    public static FreshExamples ofProject(Project project, Path scratch) {
        PartFiles parts = PartFiles.write(project, scratch);
        return new FreshExamples(
                ProjectTask.of(project, parts, parts.test().path()),
                0,
                parts.test().rows());
    }

    /// Examples of a file in the form of the project's data; labels and shown examples stay those of the project.
    ///
    /// @throws IllegalArgumentException if the file cannot be read, or has a label that the project does not know
    public static FreshExamples of(Project project, Path data, Path scratch) {
        PartFiles parts = PartFiles.write(project, scratch.resolve("project"));
        Project fresh = withTest(project, data, parts.labels());
        List<ProjectExample> rows = ProjectExamples.of(fresh).examples(Part.TEST);
        requireKnownLabels(data, rows, parts.labels());
        Path prepared = PartFiles.write(fresh, scratch.resolve("fresh")).test().path();
        return new FreshExamples(ProjectTask.of(project, parts, prepared), inTraining(project, rows), rows.size());
    }

    private static Project withTest(Project project, Path data, List<String> labels) {
        DataSource source = project.data();
        Goal goal = project.goal();
        return new Project(
                project.file(),
                project.name(),
                new Goal(
                        goal.task(),
                        goal.description(),
                        labels,
                        goal.metric(),
                        goal.minimumQuality(),
                        goal.limits(),
                        goal.terms()),
                new DataSource(
                        new DataSource.Parts(Optional.empty(), Optional.empty(), data),
                        source.columns(),
                        source.delimiter()),
                project.candidates(),
                project.evaluation(),
                project.optimization(),
                project.deployment());
    }

    private static void requireKnownLabels(Path data, List<ProjectExample> rows, List<String> labels) {
        if (labels.isEmpty()) {
            return;
        }
        Set<String> known = Set.copyOf(labels);
        for (ProjectExample row : rows) {
            if (!known.contains(row.output().strip())) {
                throw new IllegalArgumentException(data + ": line " + row.line() + ": the label \""
                        + row.output().strip() + "\" is none of the project's: " + String.join(", ", labels)
                        + ". Correct it, or take the new class into the project and decide again.");
            }
        }
    }

    private static int inTraining(Project project, List<ProjectExample> rows) {
        Set<Long> seen = ProjectExamples.of(project).examples(Part.TRAIN).stream()
                .map(ProjectExample::inputHash)
                .collect(Collectors.toSet());
        return (int) rows.stream().filter(row -> seen.contains(row.inputHash())).count();
    }
}
