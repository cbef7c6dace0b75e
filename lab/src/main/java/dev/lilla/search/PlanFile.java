package dev.lilla.search;

import dev.lilla.format.WholeFile;
import dev.lilla.train.StepPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The plan of steps of a run, in its folder, for when it goes on. A line a plan:
///
/// ```
/// 590
/// 949 after 93 of 0.0813 s
/// ```
record PlanFile(Path path) {
    private static final Pattern REVISION = Pattern.compile("(\\d+) after (\\d+) of (\\d+\\.\\d+) s");

    static PlanFile in(Path run) {
        return new PlanFile(run.resolve("steps.txt"));
    }

    /// The plan, and nothing where there is none that can be read.
    Optional<StepPlan> read() {
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try {
            List<String> lines = Files.readAllLines(path);
            StepPlan plan = StepPlan.of(Integer.parseInt(lines.getFirst().strip()));
            for (String line : lines.subList(1, lines.size())) {
                plan = plan.with(revision(line));
            }
            return Optional.of(plan);
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        } catch (IllegalArgumentException | NoSuchElementException e) {
            return Optional.empty();
        }
    }

    private static StepPlan.Revision revision(String line) {
        Matcher matcher = REVISION.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no plan: " + line);
        }
        return new StepPlan.Revision(
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(1)),
                Duration.ofNanos(Math.round(Double.parseDouble(matcher.group(3)) * 1e9)));
    }

    /// Writes the plan. It is on the disk before a step follows it, so that no checkpoint outlives it.
    void write(StepPlan plan) {
        StringBuilder text = new StringBuilder().append(plan.first()).append('\n');
        for (StepPlan.Revision revision : plan.revisions()) {
            text.append("%d after %d of %d.%09d s\n"
                    .formatted(
                            revision.steps(),
                            revision.after(),
                            revision.aStep().toSeconds(),
                            revision.aStep().toNanosPart()));
        }
        WholeFile.write(path, text);
    }
}
