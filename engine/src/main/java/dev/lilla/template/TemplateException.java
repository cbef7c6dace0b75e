package dev.lilla.template;

/// A chat template was refused: it does not parse, raised an error of its own, or went over a limit.
///
/// The message says what is wrong and names the template line; [#line] is 0 where no line is known.
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;
    private final String problem;

    TemplateException(String problem) {
        this(problem, 0);
    }

    TemplateException(String problem, int line) {
        super(line == 0 ? problem : "chat template, line " + line + ": " + problem);
        this.line = line;
        this.problem = problem;
    }

    /// The line of the template, counted from 1, or 0.
    public int line() {
        return line;
    }

    /// What is wrong, without the place.
    public String problem() {
        return problem;
    }

    /// The same problem with its place, unless a place is known already.
    TemplateException at(int templateLine) {
        return line != 0 ? this : new TemplateException(problem, templateLine);
    }
}
