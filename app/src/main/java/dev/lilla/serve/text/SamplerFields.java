package dev.lilla.serve.text;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.serve.http.JsonFields;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ThreadLocalRandom;
import tools.jackson.databind.JsonNode;

/// The fields that say how tokens are chosen. What a request leaves out is as the model's makers want it, and the
/// seed is a new one.
public final class SamplerFields {
    private static final double PENALTY_MAX = 2;
    private static final double BIAS_MAX = 100;

    private SamplerFields() {}

    /// @param own the model's settings
    /// @param vocab number of token ids
    public static SamplerOptions read(JsonFields fields, SamplerOptions own, int vocab) {
        SamplerOptions options = own.withTemperature(
                        fields.number("temperature", 0, 2).orElse(own.temperature()))
                .withTopP(fields.number("top_p", 0, 1).orElse(own.topP()))
                // vLLM's clients say -1 for all.
                .withTopK(Math.max(
                        0, fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(own.topK())))
                .withMinP(fields.number("min_p", 0, 1).orElse(own.minP()))
                .withTypicalP(fields.number("typical_p", 0, 1).orElse(own.typicalP()))
                .withPenalties(penalties(fields, own.penalties()))
                .withSeed(fields.whole("seed")
                        .orElseGet(() -> ThreadLocalRandom.current().nextLong()));
        Map<Integer, Float> bias = logitBias(fields, vocab);
        return bias.isEmpty() ? options : options.withLogitBias(bias);
    }

    private static SamplerOptions.Penalties penalties(JsonFields fields, SamplerOptions.Penalties own) {
        OptionalDouble repetition = fields.number("repeat_penalty", 0, 100);
        if (repetition.isPresent() && repetition.getAsDouble() == 0) {
            throw fields.invalid("repeat_penalty", "must be above 0; 1 changes nothing");
        }
        return new SamplerOptions.Penalties(
                repetition.orElse(own.repetition()),
                fields.number("presence_penalty", -PENALTY_MAX, PENALTY_MAX).orElse(own.presence()),
                fields.number("frequency_penalty", -PENALTY_MAX, PENALTY_MAX).orElse(own.frequency()),
                fields.integer("repeat_last_n", -1, Integer.MAX_VALUE).stream()
                        .map(tokens -> tokens < 0 ? Integer.MAX_VALUE : tokens)
                        .findFirst()
                        .orElse(own.window()));
    }

    private static Map<Integer, Float> logitBias(JsonFields fields, int vocab) {
        Map<Integer, Float> bias = new HashMap<>();
        for (JsonFields entries : fields.object("logit_bias").stream().toList()) {
            for (String id : entries.names()) {
                JsonNode value = entries.node().get(id);
                double added =
                        entries.number(id, -BIAS_MAX, BIAS_MAX).orElseThrow(() -> entries.wrong(id, "a number", value));
                bias.put(token(entries, id, vocab), (float) added);
            }
        }
        return bias;
    }

    private static int token(JsonFields entries, String id, int vocab) {
        // Nine digits fit an int whatever they are.
        if (id.matches("\\d{1,9}") && Integer.parseInt(id) < vocab) {
            return Integer.parseInt(id);
        }
        throw entries.invalid(id, "is no token of this model, whose ids are 0 to " + (vocab - 1));
    }
}
