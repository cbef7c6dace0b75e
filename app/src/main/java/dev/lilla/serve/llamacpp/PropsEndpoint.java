package dev.lilla.serve.llamacpp;

import dev.lilla.chat.SamplerOptions;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.template.ChatTemplate;
import dev.lilla.tokenizer.Tokenizer;
import java.util.OptionalInt;

/// `GET /props`: the model and its settings.
///
/// @param host of the models
public record PropsEndpoint(ModelHost host) implements Endpoint {
    /// @param modelAlias what clients call it; its path is nobody's business
    record Props(
            DefaultSettings defaultGenerationSettings,
            String modelAlias,
            String chatTemplate,
            Modalities modalities,
            String bosToken,
            String eosToken,
            String buildInfo) {}

    /// @param nCtx the most tokens of a text, prompt included
    record DefaultSettings(int nCtx, Params params) {}

    record Params(
            double temperature,
            int topK,
            double topP,
            double minP,
            double typicalP,
            double repeatPenalty,
            double presencePenalty,
            double frequencyPenalty) {
        static Params of(SamplerOptions sampler) {
            return new Params(
                    sampler.temperature(),
                    sampler.topK(),
                    sampler.topP(),
                    sampler.minP(),
                    sampler.typicalP(),
                    sampler.penalties().repetition(),
                    sampler.penalties().presence(),
                    sampler.penalties().frequency());
        }
    }

    record Modalities(boolean vision, boolean audio) {}

    @Override
    public void handle(Exchange exchange) throws InterruptedException {
        try (ModelLease lease = TokenizerEndpoint.modelOf(exchange, host)) {
            HostedModel model = lease.model();
            Tokenizer tokenizer = model.text().tokenizer();
            exchange.send(new Props(
                    new DefaultSettings(
                            model.entry().contextTokens(),
                            Params.of(model.defaults().sampler())),
                    model.entry().name(),
                    model.text().template().map(ChatTemplate::source).orElse(""),
                    new Modalities(false, false),
                    token(tokenizer, tokenizer.beginOfText()),
                    token(tokenizer, tokenizer.endOfText()),
                    "lilla"));
        }
    }

    private static String token(Tokenizer tokenizer, OptionalInt id) {
        return id.isPresent() ? tokenizer.token(id.getAsInt()) : "";
    }
}
