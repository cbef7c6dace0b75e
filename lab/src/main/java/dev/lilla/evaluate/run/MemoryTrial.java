package dev.lilla.evaluate.run;

import dev.lilla.chat.Message;
import dev.lilla.chat.Role;
import dev.lilla.evaluate.task.Decoding;
import dev.lilla.evaluate.task.Example;
import dev.lilla.evaluate.task.Prompt;
import dev.lilla.generate.LocalModel;
import dev.lilla.generate.LocalModelOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The work by which the memory of a model is measured: some of the texts of an evaluation, written side by side. It
/// travels as JSON to a process that does nothing else.
///
/// @param model its file or directory
/// @param decoding how answers are written
/// @param parallel the most texts side by side
/// @param prompts the longest first, so that the most memory is taken early
public record MemoryTrial(Path model, Decoding decoding, int parallel, List<Prompt> prompts) {
    /// Eight rounds of eight texts: the cache and the heap of Java are as large by then as an evaluation of hundreds
    /// makes them, within some tens of megabytes.
    static final int PROMPTS_MAX = 64;

    private static final JsonMapper MAPPER = JsonMapper.shared();

    public MemoryTrial {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty() || parallel < 1) {
            throw new IllegalArgumentException("a trial of memory has a prompt or more, and writes one text or more"
                    + " side by side; found " + prompts.size() + " and " + parallel);
        }
    }

    /// The trial that stands for an evaluation.
    ///
    /// @throws IllegalArgumentException if no example is to be written
    public static MemoryTrial of(Path model, Evaluation.Result result, int parallel) {
        List<Prompt> prompts = result.scores().examples().stream()
                .filter(Example.Written.class::isInstance)
                .map(example -> ((Example.Written) example).prompt())
                .sorted(Comparator.comparingInt(
                        (Prompt prompt) -> -prompt.shown().length()))
                .limit(PROMPTS_MAX)
                .toList();
        return new MemoryTrial(model, result.scores().task().decoding(), parallel, prompts);
    }

    /// Tells this trial from others of the same model.
    ///
    /// @param facts of the evaluation, of which those of the engine matter
    public String digest(Map<String, String> facts) {
        Map<String, String> engine = new TreeMap<>(facts);
        engine.keySet().removeIf(fact -> !fact.startsWith("engine."));
        return Digests.shortened(engine + json().without("model").toString());
    }

    /// Opens the model, writes the texts, and closes it again.
    ///
    /// @param most no text is begun after this time
    /// @return the most memory that this process had while it wrote; empty where the system does not say
    public OptionalLong run(LocalModelOptions options, Duration most) throws InterruptedException {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            examples.add(new Example.Written("text " + i, prompts.get(i), List.of("")));
        }
        LocalModel opened = LocalModel.open(model, options);
        try (LocalSubject subject = new LocalSubject("trial", opened, options, List.of(), parallel)) {
            ResourceMeter meter = ResourceMeter.start();
            subject.writeSideBySide(decoding, examples, () -> meter.read().wallNanos() > most.toNanos());
            return meter.read().peakBytes();
        }
    }

    /// As it travels.
    public ObjectNode json() {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("model", model.toAbsolutePath().toString());
        node.set("decoding", MAPPER.valueToTree(decoding));
        node.put("parallel", parallel);
        ArrayNode texts = node.putArray("prompts");
        for (Prompt prompt : prompts) {
            switch (prompt) {
                case Prompt.Text(String text) -> texts.add(text);
                case Prompt.Chat(List<Message> messages) -> {
                    ArrayNode turns = texts.addArray();
                    messages.forEach(message -> turns.addObject()
                            .put("role", message.role().label())
                            .put("content", message.content()));
                }
            }
        }
        return node;
    }

    /// The trial of such a text.
    ///
    /// @throws IllegalArgumentException if it is none
    public static MemoryTrial read(String json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            List<Prompt> prompts = new ArrayList<>();
            for (JsonNode prompt : node.path("prompts")) {
                prompts.add(prompt.isArray() ? chat(prompt) : new Prompt.Text(prompt.asString()));
            }
            return new MemoryTrial(
                    Path.of(node.path("model").asString()),
                    MAPPER.treeToValue(node.path("decoding"), Decoding.class),
                    node.path("parallel").asInt(),
                    prompts);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("this is no trial of memory: " + e.getOriginalMessage(), e);
        }
    }

    private static Prompt.Chat chat(JsonNode turns) {
        List<Message> messages = new ArrayList<>();
        turns.forEach(turn -> messages.add(new Message(
                Role.of(turn.path("role").asString()), turn.path("content").asString())));
        return new Prompt.Chat(messages);
    }
}
