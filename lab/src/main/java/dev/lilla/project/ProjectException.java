package dev.lilla.project;

import java.util.List;
import java.util.stream.Collectors;

/// A project file says what cannot be; the message has a line for each problem.
public final class ProjectException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private static final int SHOWN_MAX = 20;

    private final transient List<Problem> problems;

    ProjectException(String file, List<Problem> problems) {
        super(message(file, problems));
        this.problems = List.copyOf(problems);
    }

    private static String message(String file, List<Problem> problems) {
        String lines = problems.stream()
                .limit(SHOWN_MAX)
                .map(problem -> file + ": " + problem.text())
                .collect(Collectors.joining("\n"));
        return problems.size() > SHOWN_MAX ? lines + "\n… and " + (problems.size() - SHOWN_MAX) + " more" : lines;
    }

    /// All of them, in the order of the file.
    public List<Problem> problems() {
        return problems;
    }
}
