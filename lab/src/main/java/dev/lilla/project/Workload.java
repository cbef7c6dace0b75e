package dev.lilla.project;

import java.util.Locale;
import java.util.Optional;

/// How many tokens the requests of a project have.
///
/// @param context of the longest request with its answer
/// @param prompt of a usual request
/// @param answer of a usual answer
/// @param promptLong of a request that 95 % are no longer than
/// @param answerLong of an answer that 95 % are no longer than
/// @param origin where the numbers come from, for people
public record Workload(int context, int prompt, int answer, int promptLong, int answerLong, String origin) {
    /// Characters in a token: English has 4 to 4.5 with today's vocabularies; other languages fewer.
    private static final double ENGLISH_CHARACTERS = 4;

    private static final double OTHER_CHARACTERS = 3;
    /// A chat template and its roles.
    private static final int FRAME_TOKENS = 30;

    private static final int CONTEXT_LEAST = 256;

    /// What requests of a project take.
    ///
    /// @param lengths of its data, if they are known
    static Workload of(Project project, Optional<TextLengths> lengths) {
        Workload guessed = lengths.filter(found -> found.input().most() > 0)
                .map(found -> measured(project, found))
                .orElseGet(() -> usual(project.goal().task()));
        CandidateOptions.Load load = project.candidates().load();
        int prompt = load.prompt().orElse(guessed.prompt());
        int answer = load.answer().orElse(guessed.answer());
        int promptLong = load.prompt().isPresent() ? prompt : guessed.promptLong();
        int answerLong = load.answer().isPresent() ? answer : guessed.answerLong();
        int context =
                load.context().orElse(Math.max(guessed.context(), Math.max(CONTEXT_LEAST, promptLong + answerLong)));
        boolean isTold = load.prompt().isPresent()
                && load.answer().isPresent()
                && load.context().isPresent();
        return new Workload(
                context, prompt, answer, promptLong, answerLong, isTold ? "the project file" : guessed.origin());
    }

    private static Workload measured(Project project, TextLengths lengths) {
        boolean isEnglish = project.goal().terms().languages().stream().allMatch("en"::equals);
        double characters = isEnglish ? ENGLISH_CHARACTERS : OTHER_CHARACTERS;
        int shots = project.evaluation().shots();
        int labels = project.goal().labels().stream()
                .mapToInt(label -> label.length() + 2)
                .sum();
        int frame = FRAME_TOKENS
                + tokens(
                        project.evaluation().prompt().length()
                                + project.evaluation()
                                        .system()
                                        .map(String::length)
                                        .orElse(0)
                                + labels
                                + shots
                                        * (lengths.input().median()
                                                + lengths.output().median()),
                        characters);
        int prompt = frame + tokens(lengths.input().median(), characters);
        int promptLong = frame + tokens(lengths.input().p95(), characters);
        int answer = 1 + tokens(lengths.output().median(), characters);
        int answerLong = 1 + tokens(lengths.output().p95(), characters);
        int context = frame
                + tokens(lengths.input().most(), characters)
                + 1
                + tokens(lengths.output().most(), characters);
        return new Workload(
                context,
                prompt,
                answer,
                promptLong,
                answerLong,
                String.format(Locale.ROOT, "the data, at %.0f characters a token", characters));
    }

    private static int tokens(int characters, double each) {
        return (int) Math.ceil(characters / each);
    }

    /// Where there is no data to measure.
    private static Workload usual(Task task) {
        return switch (task) {
            case CLASSIFY -> guess(task, 200, 5);
            case EXTRACT -> guess(task, 300, 80);
            case SUMMARIZE -> guess(task, 1500, 150);
            case ANSWER -> guess(task, 700, 60);
            case GENERATE -> guess(task, 200, 250);
            case CHAT -> guess(task, 600, 150);
        };
    }

    private static Workload guess(Task task, int prompt, int answer) {
        return new Workload(
                4 * (prompt + answer),
                prompt,
                answer,
                2 * prompt,
                2 * answer,
                "what is usual for " + task.label() + ", as there is no data to measure");
    }
}
