package dev.lilla.cli;

import dev.lilla.chat.SamplerOptions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How tokens are chosen, where the user wants it other than the model's makers.
final class SamplerMixin {
    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "0 always takes the most likely token. Default: the model's own settings, else 0.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Keeps the K most likely tokens; 0 for all.")
    private @Nullable Integer topK;

    @Option(names = "--top-p", paramLabel = "P", description = "Keeps the likeliest tokens with P together.")
    private @Nullable Double topP;

    @Option(names = "--min-p", paramLabel = "P", description = "Keeps tokens P times as likely as the likeliest.")
    private @Nullable Double minP;

    @Option(names = "--typical-p", paramLabel = "P", description = "Keeps the most typical tokens with P together.")
    private @Nullable Double typicalP;

    @Option(names = "--repeat-penalty", paramLabel = "X", description = "Makes tokens that occurred less likely; 1.1.")
    private @Nullable Double repeatPenalty;

    @Option(names = "--presence-penalty", paramLabel = "X", description = "Taken off tokens that occurred.")
    private @Nullable Double presencePenalty;

    @Option(names = "--frequency-penalty", paramLabel = "X", description = "Taken off for each time one occurred.")
    private @Nullable Double frequencyPenalty;

    @Option(names = "--repeat-last-n", paramLabel = "N", description = "Tokens that penalties look back at.")
    private @Nullable Integer repeatLast;

    @Option(
            names = "--logit-bias",
            paramLabel = "ID=X",
            split = ",",
            description = "Added to the logit of a token. May be repeated.")
    private Map<Integer, Float> logitBias = Map.of();

    @Option(
            names = "--sampler-order",
            paramLabel = "ORDER",
            description = "transformers (temperature first) or llama.cpp (temperature last). Default: transformers.")
    private @Nullable String order;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Same seed, same text. Default: the model's settings with seed 0.")
    private @Nullable Long seed;

    /// The model's own settings with what the user changed.
    SamplerOptions over(SamplerOptions own) {
        SamplerOptions.Penalties penalties = own.penalties();
        SamplerOptions options = own.withPenalties(new SamplerOptions.Penalties(
                orElse(repeatPenalty, penalties.repetition()),
                orElse(presencePenalty, penalties.presence()),
                orElse(frequencyPenalty, penalties.frequency()),
                repeatLast == null ? penalties.window() : repeatLast));
        options = options.withTemperature(orElse(temperature, own.temperature()))
                .withTopP(orElse(topP, own.topP()))
                .withMinP(orElse(minP, own.minP()))
                .withTypicalP(orElse(typicalP, own.typicalP()))
                .withTopK(topK == null ? own.topK() : topK)
                .withSeed(seed == null ? own.seed() : seed);
        if (order != null) {
            options = options.withOrder(order(order));
        }
        return logitBias.isEmpty() ? options : options.withLogitBias(logitBias);
    }

    private static List<SamplerOptions.Stage> order(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "transformers" -> SamplerOptions.DEFAULT_ORDER;
            case "llama.cpp", "ollama" -> SamplerOptions.TEMPERATURE_LAST;
            default -> throw new IllegalArgumentException("--sampler-order is transformers or llama.cpp, not " + name);
        };
    }

    private static double orElse(@Nullable Double value, double fallback) {
        return value == null ? fallback : value;
    }
}
