package dev.lilla.optimize;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.ModelFormatException;
import dev.lilla.model.family.ChatGlm3;
import dev.lilla.model.family.Family;
import dev.lilla.model.family.Gemma;
import dev.lilla.model.family.Gemma2;
import dev.lilla.model.family.Gemma3;
import dev.lilla.model.family.Qwen;
import dev.lilla.tokenizer.ByteAlphabet;
import dev.lilla.tokenizer.SentencePiece;
import dev.lilla.tokenizer.TokenType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The tokenizer of a GGUF as the files of a Hugging Face directory: tokenizer.model for SentencePiece, tokenizer.json
/// for byte-level BPE, qwen.tiktoken for Qwen v1, and tokenizer_config.json.
final class TokenizerFiles {
    private static final String PREFIX = "tokenizer.ggml.";

    private final GgufMetadata metadata;
    private final Family family;
    private final List<String> tokens;
    private final List<TokenType> types;

    private TokenizerFiles(GgufMetadata metadata, Family family, List<String> tokens, List<TokenType> types) {
        this.metadata = metadata;
        this.family = family;
        this.tokens = tokens;
        this.types = types;
    }

    /// @throws ModelFormatException if the lists of the tokenizer differ in length
    static TokenizerFiles of(GgufMetadata metadata, Family family) {
        List<String> tokens = metadata.findStrings(PREFIX + "tokens").orElse(List.of());
        long[] numbers = metadata.findIntegers(PREFIX + "token_type").orElseGet(() -> new long[0]);
        List<TokenType> types = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            long number = id < numbers.length ? numbers[id] : 1;
            types.add(TokenType.ofNumber(number).orElse(TokenType.NORMAL));
        }
        return new TokenizerFiles(metadata, family, tokens, types);
    }

    void write(Path directory) throws IOException {
        String model = metadata.findString(PREFIX + "model").orElse("none");
        switch (model) {
            case "llama" -> writeSentencePiece(directory);
            case "gpt2" -> {
                if (family instanceof Qwen) {
                    writeTiktoken(directory);
                } else {
                    HuggingFaceExport.writeJson(directory.resolve("tokenizer.json"), tokenizerJson());
                }
            }
            default -> {
                return;
            }
        }
        HuggingFaceExport.writeJson(directory.resolve("tokenizer_config.json"), tokenizerConfig());
    }

    private void writeSentencePiece(Path directory) throws IOException {
        float[] scores = metadata.findReals(PREFIX + "scores").orElseGet(() -> new float[tokens.size()]);
        if (scores.length != tokens.size()) {
            throw new ModelFormatException(directory + ": the vocabulary has " + tokens.size() + " pieces and "
                    + scores.length + " scores, expected as many. Convert the original model again.");
        }
        List<SentencePiece> pieces = new ArrayList<>();
        for (int id = 0; id < pieceCount(); id++) {
            pieces.add(new SentencePiece(piece(id), scores[id], types.get(id)));
        }
        SentencePieceWriter.Options options = new SentencePieceWriter.Options(
                id("unknown", Math.max(0, types.indexOf(TokenType.UNKNOWN))),
                id("bos", 1),
                id("eos", 2),
                id("padding", -1),
                metadata.findFlag(PREFIX + "add_space_prefix").orElse(true));
        Files.write(directory.resolve("tokenizer.model"), SentencePieceWriter.write(pieces, options));
    }

    /// Without padding at the end, and without the special tokens that ChatGLM's code puts behind the pieces.
    private int pieceCount() {
        if (family instanceof ChatGlm3 && tokens.contains("[MASK]")) {
            return tokens.indexOf("[MASK]");
        }
        int count = tokens.size();
        while (count > 0 && types.get(count - 1) == TokenType.UNUSED) {
            count--;
        }
        return count;
    }

    private String piece(int id) {
        boolean hasSpaces = types.get(id) == TokenType.USER_DEFINED;
        return hasSpaces ? tokens.get(id).replace(' ', '\u2581') : tokens.get(id);
    }

    private int id(String name, int absent) {
        OptionalLong id = metadata.findInteger(SpecialTokenKeys.id(name));
        return id.isPresent() ? Math.toIntExact(id.getAsLong()) : absent;
    }

    private void writeTiktoken(Path directory) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int id = 0; id < tokens.size() && types.get(id) == TokenType.NORMAL; id++) {
            lines.append(Base64.getEncoder().encodeToString(ByteAlphabet.read(tokens.get(id))))
                    .append(' ')
                    .append(id)
                    .append('\n');
        }
        Files.writeString(directory.resolve("qwen.tiktoken"), lines);
    }

    private ObjectNode tokenizerJson() {
        String pre = metadata.findString(PREFIX + "pre").orElse("default");
        ObjectNode json = JsonMapper.shared().createObjectNode();
        json.put("version", "1.0");
        json.putNull("truncation");
        json.putNull("padding");
        ArrayNode added = json.putArray("added_tokens");
        ObjectNode vocabulary = JsonMapper.shared().createObjectNode();
        for (int id = 0; id < tokens.size(); id++) {
            switch (types.get(id)) {
                case CONTROL, USER_DEFINED -> addedToken(added.addObject().put("id", id), id);
                case NORMAL, UNKNOWN, BYTE -> vocabulary.put(tokens.get(id), id);
                case UNUSED -> {}
            }
        }
        if (Splitters.isNormalized(pre)) {
            json.putObject("normalizer").put("type", "NFC");
        } else {
            json.putNull("normalizer");
        }
        json.set("pre_tokenizer", Splitters.of(pre));
        json.set("post_processor", postProcessor(pre));
        json.set("decoder", byteLevel());
        ObjectNode model = json.putObject("model").put("type", "BPE");
        model.putNull("dropout");
        model.putNull("unk_token");
        model.put("fuse_unk", false).put("byte_fallback", false).put("ignore_merges", Splitters.ignoresMerges(pre));
        model.set("vocab", vocabulary);
        ArrayNode merges = model.putArray("merges");
        metadata.findStrings(PREFIX + "merges").orElse(List.of()).forEach(merges::add);
        return json;
    }

    private ObjectNode postProcessor(String pre) {
        int bos = id("bos", -1);
        boolean addsBos = metadata.findFlag(PREFIX + "add_bos_token").orElse(Splitters.addsBos(pre));
        if (!addsBos || bos < 0 || bos >= tokens.size()) {
            return byteLevel();
        }
        ObjectNode processor = JsonMapper.shared().createObjectNode().put("type", "TemplateProcessing");
        String token = tokens.get(bos);
        addTemplate(processor.putArray("single"), token, "A");
        ArrayNode pair = processor.putArray("pair");
        addTemplate(pair, token, "A");
        addTemplate(pair, token, "B");
        ObjectNode special = processor.putObject("special_tokens").putObject(token);
        special.put("id", token);
        special.putArray("ids").add(bos);
        special.putArray("tokens").add(token);
        return processor;
    }

    private static void addTemplate(ArrayNode template, String token, String sequence) {
        int type = sequence.equals("A") ? 0 : 1;
        template.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
        template.addObject().putObject("Sequence").put("id", sequence).put("type_id", type);
    }

    private static ObjectNode byteLevel() {
        return JsonMapper.shared()
                .createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", false)
                .put("use_regex", false);
    }

    private ObjectNode tokenizerConfig() {
        ObjectNode config = JsonMapper.shared().createObjectNode();
        for (String name : List.of("bos", "eos")) {
            metadata.findFlag(PREFIX + "add_" + name + "_token")
                    .ifPresent(flag -> config.put("add_" + name + "_token", flag));
        }
        putToken(config, "bos_token", "bos");
        putToken(config, "eos_token", "eos");
        putToken(config, "unk_token", "unknown");
        putToken(config, "pad_token", "padding");
        metadata.findFlag(PREFIX + "add_space_prefix").ifPresent(flag -> config.put("add_prefix_space", flag));
        config.put("clean_up_tokenization_spaces", false);
        config.put("tokenizer_class", tokenizerClass());
        metadata.findString("tokenizer.chat_template").ifPresent(template -> config.put("chat_template", template));
        if (!(family instanceof ChatGlm3) && !(family instanceof Qwen)) {
            ObjectNode added = config.putObject("added_tokens_decoder");
            float[] scores = metadata.findReals(PREFIX + "scores").orElseGet(() -> new float[0]);
            for (int id = 0; id < tokens.size(); id++) {
                if (isAdded(id, scores)) {
                    addedToken(added.putObject(Integer.toString(id)), id);
                }
            }
        }
        return config;
    }

    /// Whether a token is more than a control piece of the SentencePiece model, which says so itself.
    private boolean isAdded(int id, float[] scores) {
        return switch (types.get(id)) {
            case USER_DEFINED -> true;
            case CONTROL -> id >= scores.length || scores[id] == SentencePieceVocabulary.ADDED_SCORE;
            case NORMAL, UNKNOWN, UNUSED, BYTE -> false;
        };
    }

    private void putToken(ObjectNode config, String key, String name) {
        int id = id(name, -1);
        if (id >= 0 && id < tokens.size()) {
            config.put(key, tokens.get(id));
        }
    }

    private void addedToken(ObjectNode node, int id) {
        node.put("content", piece(id))
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", types.get(id) == TokenType.CONTROL);
    }

    private String tokenizerClass() {
        if (family instanceof ChatGlm3) {
            return "ChatGLMTokenizer";
        }
        if (family instanceof Qwen) {
            return "QWenTokenizer";
        }
        if (metadata.findString(PREFIX + "model").orElse("").equals("gpt2")) {
            return "PreTrainedTokenizerFast";
        }
        boolean isGemma = family instanceof Gemma || family instanceof Gemma2 || family instanceof Gemma3;
        return isGemma ? "GemmaTokenizer" : "LlamaTokenizer";
    }
}
