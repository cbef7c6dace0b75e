package dev.lilla.tokenizer;

import dev.lilla.tokenizer.AddedToken.Matching;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/// Reads a tokenizer.json, the format of Hugging Face tokenizers: a pipeline of named parts. Parts that are not known
/// are refused by name.
final class TokenizerJson {
    private static final String POST_PROCESSORS =
            "Sequence, TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing";

    private final JsonPart root;
    private final TokenizerConfig config;
    private final IdBuffer before = new IdBuffer();
    private final IdBuffer after = new IdBuffer();
    private boolean hasTemplate;

    private TokenizerJson(JsonPart root, TokenizerConfig config) {
        this.root = root;
        this.config = config;
    }

    /// @param name the file, for errors
    static Tokenizer read(JsonNode json, String name, TokenizerConfig config) {
        return new TokenizerJson(new JsonPart(json, name).requireObject(), config).tokenizer();
    }

    private Tokenizer tokenizer() {
        JsonPart model = root.get("model").requireObject();
        List<String> tokens = new ArrayList<>(JsonModels.tokens(model));
        Vocabulary modelVocabulary = Vocabulary.of(tokens);
        List<AddedToken> added = config.withAdded(addedTokens());
        Vocabulary vocabulary = TokenizerConfig.vocabulary(tokens, added);
        JsonPreTokenizers.Result pre = root.find("pre_tokenizer")
                .map(JsonPreTokenizers::read)
                .orElse(new JsonPreTokenizers.Result(new PreTokenizer.Whole(), Optional.empty()));
        TextNormalizer normalizer =
                root.find("normalizer").map(JsonNormalizers::read).orElse(new TextNormalizer.Identity());
        TokenDecoder decoder = root.find("decoder").map(JsonDecoders::read).orElseGet(JsonDecoders::join);
        PieceEncoder encoder = JsonModels.encoder(model, modelVocabulary, pre.byteLevel());
        root.find("post_processor").ifPresent(this::addPostProcessor);
        if (!hasTemplate) {
            config.addsBegin(vocabulary, false).ifPresent(before::add);
            config.addsEnd(vocabulary).ifPresent(after::add);
        }
        requireWithin(vocabulary);
        return new TokenizerPipeline(new TokenizerParts(
                vocabulary,
                added,
                TokenizerParts.Contents.NORMALIZED,
                TokenizerParts.Prompts.PARSED,
                normalizer,
                pre.preTokenizer(),
                encoder,
                decoder,
                before.toArray(),
                after.toArray(),
                config.beginOfText(vocabulary),
                config.endOfText(vocabulary)));
    }

    private List<AddedToken> addedTokens() {
        List<AddedToken> added = new ArrayList<>();
        for (JsonPart token : root.find("added_tokens").map(JsonPart::elements).orElse(List.of())) {
            added.add(addedToken(token, token.integer("id")));
        }
        return added;
    }

    /// An added token as tokenizer.json and tokenizer_config.json write it.
    static AddedToken addedToken(JsonPart part, long id) {
        boolean special = part.flag("special");
        Matching matching = new Matching(
                part.flag("normalized", !special), part.flag("lstrip"), part.flag("rstrip"), part.flag("single_word"));
        AddedToken token =
                new AddedToken(TokenizerLimits.id(id, part.place()), part.string("content"), special, matching);
        return TokenizerLimits.added(token, part.place());
    }

    private void addPostProcessor(JsonPart part) {
        switch (part.string("type")) {
            case "Sequence" -> part.elements("processors").forEach(this::addPostProcessor);
            case "ByteLevel" -> {
                // Moves offsets only.
            }
            case "TemplateProcessing" -> addTemplate(part);
            case "BertProcessing", "RobertaProcessing" -> {
                hasTemplate = true;
                before.add(idOfPair(part.get("cls")));
                after.add(idOfPair(part.get("sep")));
            }
            case String other -> throw part.unsupported("the post-processor " + other, POST_PROCESSORS);
        }
    }

    private void addTemplate(JsonPart part) {
        hasTemplate = true;
        IdBuffer target = before;
        for (JsonPart piece : part.elements("single")) {
            if (piece.find("Sequence").isPresent()) {
                target = after;
                continue;
            }
            String name = piece.get("SpecialToken").string("id");
            for (JsonPart id : part.get("special_tokens").get(name).elements("ids")) {
                target.add(TokenizerLimits.id(id.asInteger(), id.place()));
            }
        }
    }

    /// What is added around a prompt must be tokens of the vocabulary.
    private void requireWithin(Vocabulary vocabulary) {
        int most = IntStream.concat(Arrays.stream(before.toArray()), Arrays.stream(after.toArray()))
                .max()
                .orElse(-1);
        if (most >= vocabulary.size()) {
            throw root.get("post_processor")
                    .broken("adds the id " + most + ", but the vocabulary has " + vocabulary.size() + " tokens");
        }
    }

    private static int idOfPair(JsonPart pair) {
        List<JsonPart> elements = pair.elements();
        if (elements.size() != 2) {
            throw pair.broken("has " + elements.size() + " elements, expected a token and its id");
        }
        return TokenizerLimits.id(elements.getLast().asInteger(), pair.place());
    }
}
