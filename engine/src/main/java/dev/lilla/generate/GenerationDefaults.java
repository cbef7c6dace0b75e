package dev.lilla.generate;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.format.Gguf;
import dev.lilla.format.GgufMetadata;
import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.model.family.ChatDefaults;
import dev.lilla.model.family.ModelDescription;
import dev.lilla.tokenizer.Tokenizer;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// How a model's makers want it to generate: generation_config.json, or what stands in for it.
///
/// @param sampler greedy unless the files say `do_sample`
/// @param stopTokens ids that end a text
/// @param stopStrings texts that end an answer of a conversation
public record GenerationDefaults(SamplerOptions sampler, Set<Integer> stopTokens, List<String> stopStrings) {
    /// Keys of GGUF that hold ids ending a turn, whatever their tokens are called; the tokenizer knows the end of text.
    private static final List<String> GGUF_TURN_END_KEYS =
            List.of("tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id");

    public GenerationDefaults {
        stopTokens = Set.copyOf(stopTokens);
        stopStrings = List.copyOf(stopStrings);
    }

    /// Reads the files of a model.
    static GenerationDefaults of(ModelDescription description, Tokenizer tokenizer) {
        Set<Integer> stops = new HashSet<>();
        for (int id : tokenizer.endsOfGeneration()) {
            stops.add(id);
        }
        ChatDefaults chat = description.family().chat();
        chat.stopTokens().forEach(text -> tokenizer.id(text).ifPresent(stops::add));
        SamplerOptions sampler = SamplerOptions.greedy();
        Optional<HuggingFaceDirectory> directory = description.directory();
        if (directory.isPresent()) {
            JsonNode config = directory.get().config();
            JsonNode generation = directory.get().json("generation_config.json").orElse(MissingNode.getInstance());
            addIds(generation.path("eos_token_id"), stops);
            addIds(config.path("eos_token_id"), stops);
            // Older repositories, GEB among them, keep these settings in config.json.
            sampler = sampler(generation.path("do_sample").isMissingNode() ? config : generation);
        } else if (description.checkpoint() instanceof Gguf gguf) {
            GgufMetadata metadata = gguf.metadata();
            for (String key : GGUF_TURN_END_KEYS) {
                OptionalLong id = metadata.findInteger(key);
                id.ifPresent(value -> stops.add((int) value));
            }
        }
        stops.removeIf(id -> id < 0 || id >= description.spec().vocab());
        return new GenerationDefaults(sampler, stops, chat.stopStrings());
    }

    private static void addIds(JsonNode node, Set<Integer> stops) {
        if (node.isArray()) {
            node.forEach(id -> addIds(id, stops));
        } else if (node.isIntegralNumber() && node.canConvertToInt()) {
            stops.add(node.intValue());
        }
    }

    private static SamplerOptions sampler(JsonNode settings) {
        if (!settings.path("do_sample").asBoolean(false)) {
            return SamplerOptions.greedy();
        }
        return SamplerOptions.sampled(number(settings, "temperature", 1), 0)
                .withTopK((int) number(settings, "top_k", 0))
                .withTopP(number(settings, "top_p", 1))
                .withMinP(number(settings, "min_p", 0))
                .withPenalties(new SamplerOptions.Penalties(
                        number(settings, "repetition_penalty", 1), 0, 0, Integer.MAX_VALUE));
    }

    private static double number(JsonNode settings, String key, double fallback) {
        JsonNode value = settings.path(key);
        return value.isNumber() ? value.doubleValue() : fallback;
    }
}
