package dev.lilla.bench;

import dev.lilla.evaluate.SpeedCase;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A `llama-batched-bench` with its flags: texts written side by side, and texts written at a depth.
///
/// @param label as the results call it
/// @param words program and flags
record BatchedBenchProgram(String label, List<String> words) implements Contestant {
    BatchedBenchProgram {
        words = List.copyOf(words);
    }

    static BatchedBenchProgram of(ProgramLine line) {
        return new BatchedBenchProgram(line.label(), line.words());
    }

    /// Its cache has room for all texts of the largest piece of work; it leaves out in silence what does not fit.
    @Override
    public List<String> command(ComparisonPlan plan) {
        List<SpeedCase> works = plan.work().sideBySide();
        int room = works.stream()
                .mapToInt(work -> work.sequences() * work.length())
                .max()
                .orElse(0);
        List<String> command = new ArrayList<>(words);
        command.addAll(List.of(
                "-m", plan.gguf().toString(),
                "-t", Integer.toString(plan.threads()),
                "-c", Integer.toString(room),
                "-npp", list(plan.work().depths()),
                "-ntg", list(plan.work().generations()),
                "-npl", list(plan.work().sequences()),
                "--output-format", "jsonl"));
        return command;
    }

    private static String list(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    @Override
    public Map<String, Double> speeds(String output) {
        Map<String, Double> speeds = new LinkedHashMap<>();
        output.lines().filter(line -> line.startsWith("{")).forEach(line -> {
            try {
                JsonNode row = JsonMapper.shared().readTree(line);
                SpeedCase work = SpeedCase.generation(
                        row.path("tg").asInt(0),
                        row.path("pp").asInt(0),
                        row.path("pl").asInt(0));
                speeds.put(work.label(), row.path("speed_tg").asDouble(0));
            } catch (JacksonException | IllegalArgumentException e) {
                // no row: its log, or the program was ended while it wrote
            }
        });
        return speeds;
    }
}
