package dev.lilla.evaluate.run;

import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Task;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// All that a score depends on besides the model: prompts, data, decoding and the way of computing. Scores of different
/// protocols are not comparable.
///
/// @param task its name
/// @param hash of all the rest
/// @param facts what was hashed, for people
public record Protocol(String task, String hash, Map<String, String> facts) {
    /// The fact that tells what is asked from other questions: prompt, system text, task and metric.
    public static final String TASK_FILE = "task file";

    /// The fact of how many examples are shown.
    public static final String SHOTS = "shots";

    public Protocol {
        facts = Map.copyOf(facts);
    }

    public static Protocol of(Task task, List<Example> examples, Map<String, String> enginePath) {
        StringBuilder asked = new StringBuilder();
        examples.forEach(example -> asked.append(example).append('\n'));
        Map<String, String> facts = new TreeMap<>();
        enginePath.forEach((key, value) -> facts.put("engine." + key, value));
        facts.put("examples", Integer.toString(examples.size()));
        facts.put("prompts and references", Digests.shortened(asked.toString()));
        facts.put("decoding", task.decoding().toString());
        facts.put(TASK_FILE, source(task.source()));
        facts.put(SHOTS, Integer.toString(task.rows().shots()));
        return of(task.name(), facts);
    }

    /// The value of [#TASK_FILE].
    ///
    /// @param source of a task
    public static String source(JsonNode source) {
        return Digests.shortened(JsonMapper.shared().writeValueAsString(source));
    }

    /// The same with one more fact.
    Protocol with(String fact, String value) {
        Map<String, String> more = new TreeMap<>(facts);
        more.put(fact, value);
        return of(task, more);
    }

    private static Protocol of(String task, Map<String, String> facts) {
        return new Protocol(task, Digests.shortened(new TreeMap<>(facts).toString()), facts);
    }
}
