package dev.lilla.remote;

import dev.lilla.chat.ChatRequest;
import dev.lilla.chat.ResponseFormat;
import dev.lilla.chat.SamplerOptions;

/// Refuses what no API elsewhere offers, rather than leaving it out unsaid.
final class RequestCheck {
    private RequestCheck() {}

    /// @throws IllegalArgumentException if a request asks for more than messages, lengths, stops and usual
    ///     sampling
    static void check(ChatRequest request) {
        if (!request.format().equals(ResponseFormat.TEXT)) {
            throw cannot("answers of a given form");
        }
        if (!request.templateArguments().isEmpty()) {
            throw cannot("arguments of a chat template");
        }
        request.sampler().ifPresent(RequestCheck::check);
    }

    private static void check(SamplerOptions sampler) {
        if (sampler.minP() > 0 || sampler.typicalP() < 1) {
            throw cannot("min-p and typical-p");
        }
        if (sampler.penalties().repetition() != 1) {
            throw cannot("a repetition penalty");
        }
        if (!sampler.logitBias().isEmpty()) {
            throw cannot("a bias on tokens of another vocabulary");
        }
    }

    static IllegalArgumentException cannot(String what) {
        return new IllegalArgumentException("a model elsewhere is not asked for " + what + ". Use a model here.");
    }
}
