package dev.lilla.serve.llamacpp;

import dev.lilla.serve.host.AdapterChoice;
import dev.lilla.serve.host.HostedModel;
import dev.lilla.serve.host.ModelEntry;
import dev.lilla.serve.host.ModelHost;
import dev.lilla.serve.host.ModelLease;
import dev.lilla.serve.http.Endpoint;
import dev.lilla.serve.http.Exchange;
import dev.lilla.serve.http.HttpFailure;
import dev.lilla.serve.http.JsonFields;
import dev.lilla.serve.text.ModelChoice;
import dev.lilla.serve.text.TextPrompt;
import dev.lilla.serve.text.TokenText;
import dev.lilla.template.ChatTemplate;
import dev.lilla.tokenizer.SpecialTokens;
import dev.lilla.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// `POST /tokenize`, `POST /detokenize` and `GET /tokenizer_info`: the model's tokenizer. Fields by the names of
/// llama.cpp's server, or by those of vLLM's (`prompt`, `add_special_tokens`), which evaluation harnesses send.
///
/// @param host of the models
public record TokenizerEndpoint(ModelHost host) {
    /// @param tokens ids, or each with its text
    record Tokens(List<?> tokens) {}

    /// @param piece the token's text, or its bytes where they are none
    record Piece(int id, Object piece) {}

    /// @param content the text, which vLLM's clients look for in `prompt`
    record Content(String content, String prompt) {}

    /// @param chatTemplate in Jinja's language
    record Details(
            @Nullable String bosToken,
            @Nullable String eosToken,
            @Nullable String padToken,
            @Nullable String chatTemplate,
            int vocabSize) {}

    public Endpoint encode() {
        return this::encode;
    }

    public Endpoint decode() {
        return this::decode;
    }

    public Endpoint details() {
        return this::details;
    }

    private void encode(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            HostedModel model = lease.model();
            String text =
                    fields.text("content").or(() -> fields.text("prompt")).orElseThrow(() -> fields.missing("content"));
            int[] tokens = tokens(text, fields, model);
            Tokenizer tokenizer = model.text().tokenizer();
            exchange.send(new Tokens(
                    fields.flag("with_pieces")
                            ? Arrays.stream(tokens)
                                    .mapToObj(token -> piece(tokenizer, token))
                                    .toList()
                            : Arrays.stream(tokens).boxed().toList()));
        }
    }

    private static int[] tokens(String text, JsonFields fields, HostedModel model) {
        boolean parses = fields.any("parse_special").isEmpty() || fields.flag("parse_special");
        boolean adds = fields.flag("add_special") || fields.flag("add_special_tokens");
        if (adds && parses) {
            return model.text().text(text);
        }
        int[] tokens = model.text().tokenizer().encode(text, parses ? SpecialTokens.PARSE : SpecialTokens.NONE);
        return adds ? model.text().begun(tokens) : tokens;
    }

    private static Piece piece(Tokenizer tokenizer, int token) {
        String text = TokenText.of(tokenizer, token);
        return new Piece(token, text.startsWith("bytes:") ? TokenText.bytes(tokenizer, token) : text);
    }

    private void decode(Exchange exchange) throws InterruptedException {
        JsonFields fields = JsonFields.of(exchange.json());
        try (ModelLease lease = ModelChoice.lease(fields, host)) {
            JsonNode ids = fields.any("tokens").orElseThrow(() -> fields.missing("tokens"));
            if (!ids.isArray()) {
                throw fields.wrong("tokens", "an array of token ids", ids);
            }
            int[] tokens = TextPrompt.ids(fields, "tokens", ids, lease.model());
            String text = lease.model().text().tokenizer().decode(tokens);
            exchange.send(new Content(text, text));
        }
    }

    private void details(Exchange exchange) throws InterruptedException {
        try (ModelLease lease = modelOf(exchange, host)) {
            HostedModel model = lease.model();
            Tokenizer tokenizer = model.text().tokenizer();
            String end = token(tokenizer, tokenizer.endOfText());
            exchange.send(new Details(
                    token(tokenizer, tokenizer.beginOfText()),
                    end,
                    end,
                    model.text().template().map(ChatTemplate::source).orElse(null),
                    tokenizer.size()));
        }
    }

    /// The model that `?model=NAME` says, else the only one.
    ///
    /// @throws HttpFailure 400 if there are several and none is named, 404 if there is none of the name
    static ModelLease modelOf(Exchange exchange, ModelHost host) throws InterruptedException {
        Optional<String> name = exchange.query("model");
        ModelEntry entry = name.isPresent()
                ? ModelChoice.entry(name.get(), host)
                : host.standard()
                        .orElseThrow(() -> HttpFailure.invalid(
                                "model", "this server has several models; add ?model= with the name of one"));
        return ModelChoice.lease(host, entry, new AdapterChoice.Standing());
    }

    private static @Nullable String token(Tokenizer tokenizer, OptionalInt id) {
        return id.isPresent() ? tokenizer.token(id.getAsInt()) : null;
    }
}
