package dev.lilla.chat;

import java.util.List;
import java.util.Map;

/// How tokens are chosen.
///
/// @param temperature 0 always takes the most likely token; 1 leaves the model's probabilities as they are
/// @param topK keeps this many of the most likely tokens; 0 for all
/// @param topP keeps the fewest tokens with this much probability together; 1 for all
/// @param minP keeps tokens this many times as likely as the most likely one; 0 for all
/// @param typicalP keeps the tokens of the most typical surprise with this much probability together; 1 for all
/// @param penalties on tokens that occurred before
/// @param logitBias added to the logits of tokens, by id
/// @param order in which the steps act; those left out do not act
/// @param seed of the random generator
public record SamplerOptions(
        double temperature,
        int topK,
        double topP,
        double minP,
        double typicalP,
        Penalties penalties,
        Map<Integer, Float> logitBias,
        List<Stage> order,
        long seed) {
    /// What a step does, for saying in which order steps act.
    public enum Stage {
        LOGIT_BIAS,
        PENALTIES,
        TEMPERATURE,
        TOP_K,
        TYPICAL_P,
        TOP_P,
        MIN_P
    }

    /// The order of Hugging Face Transformers, that of the stages' declaration.
    public static final List<Stage> DEFAULT_ORDER = List.of(Stage.values());

    /// The order of llama.cpp and Ollama: temperature last.
    public static final List<Stage> TEMPERATURE_LAST = List.of(
            Stage.LOGIT_BIAS,
            Stage.PENALTIES,
            Stage.TOP_K,
            Stage.TYPICAL_P,
            Stage.TOP_P,
            Stage.MIN_P,
            Stage.TEMPERATURE);

    /// What makes tokens that occurred before less likely.
    ///
    /// @param repetition divides logits above zero and multiplies the others; 1 changes nothing
    /// @param presence taken off the logit of a token that occurred
    /// @param frequency taken off for every time it occurred
    /// @param window how many of the last tokens count
    public record Penalties(double repetition, double presence, double frequency, int window) {
        public static final Penalties NONE = new Penalties(1, 0, 0, Integer.MAX_VALUE);

        public Penalties {
            if (!(repetition > 0) || window < 0) {
                throw new IllegalArgumentException(
                        "repetition penalty must be above 0, found " + repetition + "; window " + window);
            }
        }

        public boolean isNeutral() {
            return repetition == 1 && presence == 0 && frequency == 0;
        }
    }

    public SamplerOptions {
        logitBias = Map.copyOf(logitBias);
        order = List.copyOf(order);
        if (!(temperature >= 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be 0 or more, found " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("top-k must be 0 (all) or more, found " + topK);
        }
        requireShare("top-p", topP);
        requireShare("min-p", minP);
        requireShare("typical-p", typicalP);
    }

    /// Always the most likely token.
    public static SamplerOptions greedy() {
        return sampled(0, 0);
    }

    /// The model's probabilities at a temperature.
    public static SamplerOptions sampled(double temperature, long seed) {
        return new SamplerOptions(temperature, 0, 1, 0, 1, Penalties.NONE, Map.of(), DEFAULT_ORDER, seed);
    }

    public SamplerOptions withTemperature(double value) {
        return new SamplerOptions(value, topK, topP, minP, typicalP, penalties, logitBias, order, seed);
    }

    public SamplerOptions withTopK(int value) {
        return new SamplerOptions(temperature, value, topP, minP, typicalP, penalties, logitBias, order, seed);
    }

    public SamplerOptions withTopP(double value) {
        return new SamplerOptions(temperature, topK, value, minP, typicalP, penalties, logitBias, order, seed);
    }

    public SamplerOptions withMinP(double value) {
        return new SamplerOptions(temperature, topK, topP, value, typicalP, penalties, logitBias, order, seed);
    }

    public SamplerOptions withTypicalP(double value) {
        return new SamplerOptions(temperature, topK, topP, minP, value, penalties, logitBias, order, seed);
    }

    public SamplerOptions withPenalties(Penalties value) {
        return new SamplerOptions(temperature, topK, topP, minP, typicalP, value, logitBias, order, seed);
    }

    public SamplerOptions withLogitBias(Map<Integer, Float> value) {
        return new SamplerOptions(temperature, topK, topP, minP, typicalP, penalties, value, order, seed);
    }

    public SamplerOptions withOrder(List<Stage> value) {
        return new SamplerOptions(temperature, topK, topP, minP, typicalP, penalties, logitBias, value, seed);
    }

    public SamplerOptions withSeed(long value) {
        return new SamplerOptions(temperature, topK, topP, minP, typicalP, penalties, logitBias, order, value);
    }

    public boolean isGreedy() {
        return temperature == 0;
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be from 0 to 1, found " + value);
        }
    }
}
