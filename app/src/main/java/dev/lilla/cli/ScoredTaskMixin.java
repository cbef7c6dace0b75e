package dev.lilla.cli;

import dev.lilla.evaluate.run.Evaluation;
import dev.lilla.evaluate.statistics.Bootstrap;
import dev.lilla.evaluate.task.TaskFile;
import dev.lilla.project.Project;
import dev.lilla.remote.RemoteModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The task that the models of a comparison answer, if one is named.
final class ScoredTaskMixin {
    @Option(
            names = "--project",
            paramLabel = "FILE",
            description = "A project: all answer its test examples, and the table gets its metric. Nothing is sent to "
                    + "models elsewhere.")
    private @Nullable Path project;

    @Option(
            names = {"--task", "-t"},
            paramLabel = "FILE",
            description = "A task file that all answer, in place of a project's test examples.")
    private @Nullable Path task;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "The most examples that are answered. Default: all, or what the project says.")
    private @Nullable Integer limit;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            defaultValue = "8",
            description = "Texts written side by side, after the first ones that are timed. Default: ${DEFAULT-VALUE}.")
    private int parallel = 8;

    @Option(
            names = "--runs",
            paramLabel = "FILE",
            description = "Keeps answers here, so that none is asked for twice. Default: runs.db in LILLA_HOME.")
    private @Nullable Path runs;

    /// The texts by which losses are measured, and the task.
    ///
    /// @param texts for the losses
    /// @param scored the task, if one is named; to be closed
    record Question(Path texts, Optional<ScoredTask> scored) implements AutoCloseable {
        @Override
        public void close() {
            scored.ifPresent(ScoredTask::close);
        }
    }

    /// @throws IllegalArgumentException if the project has one of the names for a model elsewhere
    void requireHere(List<String> names) {
        if (project == null) {
            return;
        }
        for (RemoteModel remote : Project.read(project).candidates().remote()) {
            if (names.contains(remote.name())) {
                throw new IllegalArgumentException(remote.name() + " answers at " + remote.host()
                        + " and does not show how likely it finds each token, so it cannot be compared here. Its answers"
                        + " can: lilla evaluate " + String.join(" ", names) + " --project " + project);
            }
        }
    }

    /// Reads what is named.
    ///
    /// @param data the texts, where somebody named them; else the test examples of the project
    /// @throws IllegalArgumentException if there are no texts, or the project or its data is wrong
    Question open(Console console, @Nullable Path data) throws IOException {
        if (parallel < 1 || (limit != null && limit < 1)) {
            throw new IllegalArgumentException("--limit and --parallel must be 1 or more");
        }
        if (project != null && task != null) {
            throw new IllegalArgumentException("--project and --task both name what is to be answered; give one");
        }
        Optional<TestExamples> examples =
                Optional.ofNullable(project).map(ProjectArgument::usable).map(TestExamples::of);
        Optional<Path> own = examples.map(TestExamples::file);
        Path texts = Optional.ofNullable(data)
                .or(() -> own)
                .orElseThrow(() -> new IllegalArgumentException(
                        "there is no text to compare on: name one with --data, or a project with --project, whose test"
                                + " examples are one"));
        Optional<Evaluation> evaluation = examples.map(all -> all.evaluation(limit == null ? all.limit() : limit))
                .or(this::ofTask);
        return new Question(
                texts,
                evaluation.isEmpty()
                        ? Optional.empty()
                        : Optional.of(
                                new ScoredTask(console, evaluation.get(), AnswersFile.open(console, runs), parallel)));
    }

    private Optional<Evaluation> ofTask() {
        return Optional.ofNullable(task)
                .map(TaskFile::read)
                .map(read -> new Evaluation(read, limit == null ? Integer.MAX_VALUE : limit, Bootstrap.DEFAULT));
    }
}
