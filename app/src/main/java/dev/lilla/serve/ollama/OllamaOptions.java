package dev.lilla.serve.ollama;

import dev.lilla.chat.ResponseFormat;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.generate.ServingRequest;
import dev.lilla.grammar.TokenGrammar;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.FormatFields;
import dev.lilla.serve.text.GenerationFields;
import dev.lilla.serve.text.SamplerFields;
import dev.lilla.serve.text.Unsupported;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// The fields `options` and `format`, and what else says how a text is written. Options about memory and threads
/// (`num_ctx`, `num_gpu`, `num_thread` …) are the server's business and ignored.
final class OllamaOptions {
    private OllamaOptions() {}

    static GenerationFields read(JsonFields fields, HostedModel model) {
        JsonFields options =
                fields.object("options").orElseGet(() -> JsonFields.of(JsonNodeFactory.instance.objectNode()));
        options.number("mirostat", 0, 2).ifPresent(version -> {
            if (version != 0) {
                throw Unsupported.field(options, "mirostat");
            }
        });
        SamplerOptions sampler = SamplerFields.read(
                        options,
                        model.defaults().sampler(),
                        model.text().tokenizer().size())
                .withOrder(SamplerOptions.TEMPERATURE_LAST);
        Optional<TokenGrammar> grammar = grammar(fields, model);
        return new GenerationFields(
                sampler,
                GenerationFields.stops(options),
                maxTokens(options),
                1,
                isStream(fields),
                false,
                true,
                grammar,
                grammar.isEmpty());
    }

    /// Ollama says -1 for any number and -2 for as many as fit.
    private static OptionalInt maxTokens(JsonFields options) {
        OptionalInt given = options.integer("num_predict", Integer.MIN_VALUE, Integer.MAX_VALUE);
        return given.orElse(0) > 0 ? given : OptionalInt.empty();
    }

    /// A stream is what clients get that say nothing.
    static boolean isStream(JsonFields fields) {
        return fields.any("stream").isEmpty() || fields.flag("stream");
    }

    private static Optional<TokenGrammar> grammar(JsonFields fields, HostedModel model) {
        Optional<JsonNode> format = fields.any("format");
        if (format.isEmpty()
                || (format.get().isString() && format.get().stringValue().isEmpty())) {
            return Optional.empty();
        }
        if (!format.get().isString()) {
            return Optional.of(
                    FormatFields.compile(model, "format", FormatFields.schema(fields, "format", format.get())));
        }
        if (!format.get().stringValue().equals("json")) {
            throw fields.invalid("format", "must be \"json\" or a JSON Schema, found " + format.get());
        }
        return Optional.of(FormatFields.compile(model, "format", new ResponseFormat.JsonObject()));
    }

    /// How many tokens to name in each place; empty where nobody asks how likely tokens are.
    static OptionalInt topLogprobs(JsonFields fields) {
        OptionalInt top = fields.integer("top_logprobs", 0, ServingRequest.LOGPROBS_MAX);
        return fields.flag("logprobs") || top.orElse(0) > 0 ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
    }

    /// Refuses pictures: models here read text only.
    static void refuseImages(JsonFields fields) {
        fields.list("images").filter(images -> !images.isEmpty()).ifPresent(_ -> {
            throw Unsupported.because(fields, "images", "can't be read: the models here read text only");
        });
    }
}
