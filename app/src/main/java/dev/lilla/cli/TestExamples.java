package dev.lilla.cli;

import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.Task;
import dev.lilla.project.Project;
import dev.lilla.search.PartFiles;
import dev.lilla.search.ProjectTask;
import java.nio.file.Path;

/// The test examples of a project as a task, the same by which `lilla optimize` decides.
record TestExamples(Project project, PartFiles parts) {
    /// Writes the examples as models get them, where a decision has them too.
    ///
    /// @throws IllegalArgumentException if the data cannot be read, or has no test examples
    static TestExamples of(Project project) {
        Path folder = project.file().toAbsolutePath().resolveSibling("decision").resolve("data");
        return new TestExamples(project, PartFiles.write(project, folder));
    }

    Task task() {
        return ProjectTask.of(project, parts, file());
    }

    /// The examples, a line of JSON each.
    Path file() {
        return parts.test().path();
    }

    /// At most as many as the project says.
    int limit() {
        return project.evaluation().limit().orElse(Integer.MAX_VALUE);
    }

    /// In as many rounds as the project says.
    ///
    /// @param limit the most examples
    Evaluation evaluation(int limit) {
        return new Evaluation(
                task(), limit, Bootstrap.DEFAULT, project.evaluation().roundSeeds());
    }
}
