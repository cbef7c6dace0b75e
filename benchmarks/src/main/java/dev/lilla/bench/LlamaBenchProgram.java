package dev.lilla.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A `llama-bench` of llama.cpp or ik_llama.cpp with its flags. It is named by whoever compares, and built elsewhere.
///
/// @param label as the results call it: `llama.cpp -fa 1`
/// @param words program and flags
record LlamaBenchProgram(String label, List<String> words) implements Contestant {
    LlamaBenchProgram {
        words = List.copyOf(words);
    }

    static LlamaBenchProgram of(ProgramLine line) {
        return new LlamaBenchProgram(line.label(), line.words());
    }

    /// One round after its own warm-up: rounds are turns here.
    @Override
    public List<String> command(ComparisonPlan plan) {
        List<String> command = new ArrayList<>(words);
        command.addAll(List.of(
                "-m", plan.gguf().toString(),
                "-t", Integer.toString(plan.threads()),
                "-p", list(plan.work().prompts()),
                "-n", list(plan.work().generations()),
                "-r", "1",
                "-o", "json"));
        return command;
    }

    /// 0 is nothing, where llama-bench would otherwise take its default.
    private static String list(List<Integer> numbers) {
        return numbers.isEmpty() ? "0" : numbers.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    @Override
    public Map<String, Double> speeds(String output) {
        Map<String, Double> speeds = new LinkedHashMap<>();
        int begin = output.indexOf('[');
        int end = output.lastIndexOf(']');
        if (begin < 0 || end < begin) {
            return speeds;
        }
        try {
            for (JsonNode row : JsonMapper.shared().readTree(output.substring(begin, end + 1))) {
                int prompt = row.path("n_prompt").asInt(0);
                String name =
                        prompt > 0 ? "pp" + prompt : "tg" + row.path("n_gen").asInt(0);
                speeds.put(name, row.path("avg_ts").asDouble(0));
            }
        } catch (JacksonException e) {
            speeds.clear(); // it was ended while it wrote
        }
        return speeds;
    }
}
