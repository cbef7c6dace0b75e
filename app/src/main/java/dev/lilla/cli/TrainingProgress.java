package dev.lilla.cli;

import dev.lilla.train.ExampleReport;
import dev.lilla.train.StepPlan;
import dev.lilla.train.Trainer;
import dev.lilla.train.TrainingEvent;
import dev.lilla.train.TrainingMemory;
import dev.lilla.train.TrainingRequest;
import dev.lilla.train.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Shows a training run: for people on standard error, with the result on standard output; for
/// programs as one JSON object a line.
final class TrainingProgress implements TrainingEvent.Listener {
    private static final int LINES_SHOWN = 10;

    private final Console console;
    private final boolean json;

    TrainingProgress(Console console, boolean json) {
        this.console = console;
        this.json = json;
    }

    static boolean isValidation(TrainingEvent event) {
        return event instanceof TrainingEvent.Validated;
    }

    /// Before the first step: what the data, the model and the memory come to.
    void planned(TrainingRun run, TrainingRequest request) {
        if (json) {
            ObjectNode node = node("plan").put("steps", run.steps());
            node.put("trainedParameters", run.trainedParameters()).put("modelParameters", run.modelParameters());
            node.put("memoryBytes", run.memory().bytes());
            node.put("secondsLeft", run.trial().toMillis() / 1000.0);
            node.set("train", JsonMapper.shared().valueToTree(run.sets().train().report()));
            run.sets()
                    .validation()
                    .ifPresent(set -> node.set("validation", JsonMapper.shared().valueToTree(set.report())));
            console.out().println(node);
            return;
        }
        say("training data    " + describe(run.sets().train().report()));
        problems(run.sets().train().report());
        run.sets().validation().ifPresent(set -> {
            say("validation data  " + describe(set.report()));
            problems(set.report());
        });
        say(String.format(
                Locale.ROOT,
                "trained          %s of %s parameters (%.2f %%), %d steps",
                Units.count(run.trainedParameters()),
                Units.count(run.modelParameters()),
                100.0 * run.trainedParameters() / run.modelParameters(),
                run.steps()));
        TrainingMemory memory = run.memory();
        say("memory           about " + Units.bytes(memory.bytes()) + ": " + Units.bytes(memory.weightBytes())
                + " frozen weights, " + Units.bytes(memory.trainedBytes()) + " trained, "
                + Units.bytes(memory.passBytes())
                + " for passes of " + request.options().batch().microBatchTokens()
                + " tokens, the rest for the program");
        say(String.format(Locale.ROOT, "arithmetic       about %.3g operations", run.operations()));
        say("time             about " + Units.time(run.trial()) + ", by a trial");
    }

    private static String describe(ExampleReport report) {
        return String.format(
                Locale.ROOT,
                "%d examples, %d sequences, %s tokens, %.0f %% of them learned; lengths %d to %d, median %d, 99 %% up to %d",
                report.examples(),
                report.sequences(),
                Units.count(report.lengths().total()),
                100 * report.learnedShare(),
                report.lengths().shortest(),
                report.lengths().longest(),
                report.lengths().median(),
                report.lengths().p99());
    }

    private void problems(ExampleReport report) {
        lines("cut to the longest length allowed", report.cut());
        report.dropped().forEach((reason, lines) -> lines("left out: " + reason, lines));
        lines("repeated in the same file", report.repeated());
        lines("also trained on, so the validation loss looks better than it is", report.shared());
    }

    private void lines(String what, List<Integer> lines) {
        if (!lines.isEmpty()) {
            String shown =
                    lines.stream().limit(LINES_SHOWN).map(String::valueOf).collect(Collectors.joining(", "));
            say("  " + lines.size() + " " + what + " (line" + (lines.size() == 1 ? " " : "s ") + shown
                    + (lines.size() > LINES_SHOWN ? ", ..." : "") + ")");
        }
    }

    void resumed(TrainingRun run) {
        if (json) {
            console.out().println(node("resumed").put("step", run.step()));
        } else {
            say("going on after step " + run.step());
        }
    }

    @Override
    public void happened(TrainingEvent event) {
        switch (event) {
            case TrainingEvent.Started _ -> {
                // Said by the plan.
            }
            case TrainingEvent.Advanced advanced -> {
                if (console.terminals().err() && !json) {
                    paint(String.format(
                            Locale.ROOT,
                            "step %d of %d, micro-batch %d of %d",
                            advanced.step(),
                            advanced.steps(),
                            advanced.done(),
                            advanced.microBatches()));
                }
            }
            case TrainingEvent.Planned(StepPlan plan) ->
                replanned(plan.revisions().getLast());
            case TrainingEvent.Stepped step -> stepped(step);
            case TrainingEvent.Validated validated -> validated(validated);
            case TrainingEvent.Saved saved -> {
                if (json) {
                    console.out()
                            .println(node("saved")
                                    .put("step", saved.step())
                                    .put("folder", saved.folder().toString()));
                }
            }
        }
    }

    private void replanned(StepPlan.Revision plan) {
        double seconds = plan.aStep().toNanos() / 1e9;
        if (json) {
            console.out()
                    .println(node("planned")
                            .put("step", plan.after())
                            .put("steps", plan.steps())
                            .put("secondsAStep", seconds));
            return;
        }
        clear();
        say(String.format(
                Locale.ROOT,
                "after step %d: a step takes %.3g s, so there will be %d",
                plan.after(),
                seconds,
                plan.steps()));
    }

    private void stepped(TrainingEvent.Stepped step) {
        if (json) {
            console.out()
                    .println(node("step")
                            .put("step", step.step())
                            .put("steps", step.steps())
                            .put("epoch", step.epoch())
                            .put("loss", step.loss())
                            .put("smoothedLoss", step.smoothedLoss())
                            .put("rate", step.rate())
                            .put("gradientNorm", step.gradientNorm())
                            .put("tokensPerSecond", step.tokensPerSecond())
                            .put("secondsLeft", step.left().toMillis() / 1000.0));
            return;
        }
        String line = String.format(
                Locale.ROOT,
                "step %d of %d  epoch %.2f  loss %.4f  rate %.2e  norm %.2f  %.0f tokens/s  %s left",
                step.step(),
                step.steps(),
                step.epoch(),
                step.smoothedLoss(),
                step.rate(),
                step.gradientNorm(),
                step.tokensPerSecond(),
                left(step.left(), step.step()));
        if (console.terminals().err()) {
            paint(line);
        } else if (isMilestone(step)) {
            say(line);
        }
    }

    /// The first steps say little about the others.
    private static String left(Duration left, int step) {
        return (step < 3 ? "about " : "") + Units.time(left);
    }

    /// About twenty lines a run where nobody watches.
    private static boolean isMilestone(TrainingEvent.Stepped step) {
        int every = Math.max(1, step.steps() / 20);
        return step.step() == 1 || step.step() == step.steps() || step.step() % every == 0;
    }

    private void validated(TrainingEvent.Validated validated) {
        if (json) {
            console.out()
                    .println(node("validation")
                            .put("step", validated.step())
                            .put("loss", validated.loss())
                            .put("isBest", validated.isBest()));
            return;
        }
        clear();
        say(String.format(
                Locale.ROOT,
                "after step %d: validation loss %.4f, perplexity %.2f%s",
                validated.step(),
                validated.loss(),
                Math.exp(validated.loss()),
                validated.isBest() ? ", the best so far" : ""));
    }

    void interrupted(TrainingRun run) {
        clear();
        if (json) {
            console.out().println(node("interrupted").put("step", run.step()));
        } else {
            say("stopped after step " + run.step() + " of " + run.steps()
                    + "; the checkpoint is written. Go on with the same command and --resume");
        }
    }

    void finished(TrainingRun run, Trainer.Outcome outcome, Path result, Path report) {
        clear();
        if (json) {
            ObjectNode node = node("finished")
                    .put("steps", run.step())
                    .put("stoppedEarly", outcome == Trainer.Outcome.STOPPED_EARLY)
                    .put("result", result.toString())
                    .put("report", report.toString());
            run.bestLoss()
                    .ifPresent(loss -> node.put("bestValidationLoss", loss).put("bestStep", run.bestStep()));
            console.out().println(node);
            return;
        }
        if (outcome == Trainer.Outcome.STOPPED_EARLY) {
            say("the validation loss stopped improving");
        }
        run.bestLoss()
                .ifPresent(loss -> say(String.format(
                        Locale.ROOT,
                        "written is the model after step %d, validation loss %.4f",
                        run.bestStep(),
                        loss)));
        say("curves: " + report);
        console.out().println(result);
    }

    private static ObjectNode node(String event) {
        return JsonMapper.shared().createObjectNode().put("event", event);
    }

    private void say(String line) {
        console.err().println(line);
    }

    private void paint(String line) {
        int columns = console.columns() - 1;
        console.err().print("\r" + (line.length() > columns ? line.substring(0, columns) : line) + "\u001b[K");
        console.err().flush();
    }

    private void clear() {
        if (console.terminals().err() && !json) {
            console.err().print("\r\u001b[K");
        }
    }
}
