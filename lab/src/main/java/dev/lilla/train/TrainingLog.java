package dev.lilla.train;

import dev.lilla.format.WholeFile;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The steps and validations of a run, one JSON object a line.
public final class TrainingLog implements TrainingEvent.Listener, AutoCloseable {
    private final Path file;
    private final BufferedWriter out;

    private TrainingLog(Path file, BufferedWriter out) {
        this.file = file;
        this.out = out;
    }

    /// Opens the log of a run. What it has of steps after `step` is dropped, since they will be done again.
    ///
    /// @param step steps that are done
    public static TrainingLog open(Path file, int step) {
        try {
            List<JsonNode> kept = new ArrayList<>();
            if (Files.exists(file) && step > 0) {
                for (JsonNode line : read(file)) {
                    if (line.path("step").asInt(Integer.MAX_VALUE) <= step) {
                        kept.add(line);
                    }
                }
            }
            WholeFile.write(file, kept.stream().map(line -> line + "\n").collect(Collectors.joining()));
            return new TrainingLog(file, Files.newBufferedWriter(file, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /// The lines of a log. A last line that was cut off is left out.
    public static List<JsonNode> read(Path file) {
        try {
            List<JsonNode> lines = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                try {
                    lines.add(JsonMapper.shared().readTree(line));
                } catch (JacksonException cutOff) {
                    break;
                }
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void happened(TrainingEvent event) {
        ObjectNode line = JsonMapper.shared().createObjectNode();
        switch (event) {
            case TrainingEvent.Stepped step -> {
                line.put("step", step.step())
                        .put("epoch", step.epoch())
                        .put("loss", step.loss())
                        .put("smoothedLoss", step.smoothedLoss())
                        .put("rate", step.rate())
                        .put("gradientNorm", step.gradientNorm())
                        .put("tokensPerSecond", step.tokensPerSecond());
                write(line);
            }
            case TrainingEvent.Validated validated -> {
                line.put("step", validated.step()).put("validationLoss", validated.loss());
                line.put("isBest", validated.isBest());
                write(line);
            }
            case TrainingEvent.Planned(StepPlan plan) -> {
                StepPlan.Revision revision = plan.revisions().getLast();
                line.put("step", revision.after()).put("plannedSteps", revision.steps());
                line.put("secondsAStep", revision.aStep().toNanos() / 1e9);
                write(line);
            }
            case TrainingEvent.Started _, TrainingEvent.Advanced _, TrainingEvent.Saved _ -> {
                // Nothing that a curve could be drawn of.
            }
        }
    }

    private void write(ObjectNode line) {
        try {
            out.write(line.toString());
            out.newLine();
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
