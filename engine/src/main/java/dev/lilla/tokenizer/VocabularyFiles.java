package dev.lilla.tokenizer;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.tokenizer.AddedToken.Matching;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/// Tokenizers as they were kept before tokenizer.json: vocab.json with merges.txt (byte-level BPE), vocab.txt
/// (WordPiece).
final class VocabularyFiles {
    private static final String MERGES = "merges.txt";
    private static final String VOCABULARY = "vocab.json";

    private VocabularyFiles() {}

    /// vocab.json and merges.txt. What the files leave open, the tokenizer's class says.
    static Tokenizer readMerges(HuggingFaceDirectory directory, Path vocab, TokenizerConfig config) {
        BytePairs files = bytePairs(directory);
        List<String> tokens = files.tokens();
        Vocabulary model = Vocabulary.of(tokens);
        PairTable pairs = MergePairs.fromList(
                files.merges(), model, 0, directory.path().resolve(MERGES).toString());
        List<AddedToken> added = config.withAdded(addedTokensJson(directory));
        Vocabulary vocabulary = TokenizerConfig.vocabulary(tokens, added);
        boolean qwen = isQwen(config.tokenizerClass(), vocab);
        PieceScanner scanner = qwen ? new Cl100kScanner(1) : Gpt2Scanner.WITH_SPACES;
        return new TokenizerPipeline(new TokenizerParts(
                vocabulary,
                added,
                TokenizerParts.Contents.AS_GIVEN,
                TokenizerParts.Prompts.PARSED,
                qwen ? new TextNormalizer.Unicode(Normalizer.Form.NFC) : new TextNormalizer.Identity(),
                new PreTokenizer.Split(scanner, PreTokenizer.Behavior.ISOLATED, PreTokenizer.Matches.OF_PATTERN),
                new ByteLevelBpe(pairs, TokenizerLimits.alphabetIds(model), Map.of(), ByteLevelBpe.Input.TEXT),
                new ByteLevelDecoder(ByteLevelDecoder.Added.LITERAL),
                config.addsBegin(vocabulary, false).stream().toArray(),
                new int[0],
                config.beginOfText(vocabulary),
                config.endOfText(vocabulary)));
    }

    static BytePairs bytePairs(HuggingFaceDirectory directory) {
        Path vocab = directory.path().resolve(VOCABULARY);
        JsonNode json = directory
                .json(VOCABULARY)
                .orElseThrow(() -> new ModelFormatException(
                        vocab + ": is missing, expected beside " + MERGES + ". Download the model again."));
        List<String> tokens = JsonModels.vocabularyTokens(new JsonPart(json, vocab.toString()));
        Path mergesFile = directory.path().resolve(MERGES);
        List<Merge> merges = new ArrayList<>();
        int number = 0;
        for (String line : lines(mergesFile)) {
            number++;
            if (!line.isEmpty() && !(number == 1 && line.startsWith("#version"))) {
                merges.add(Merge.parse(line, mergesFile + ": line " + number));
            }
        }
        return new BytePairs(tokens, merges);
    }

    private static boolean isQwen(String tokenizerClass, Path vocab) {
        return switch (tokenizerClass) {
            case "Qwen2Tokenizer", "Qwen2TokenizerFast", "Qwen3Tokenizer" -> true;
            case "GPT2Tokenizer", "GPT2TokenizerFast" -> false;
            default ->
                throw new UnsupportedModelException(vocab + ": the tokenizer_class \"" + tokenizerClass
                        + "\" is not supported yet with vocab.json and merges.txt alone. Supported: Qwen2Tokenizer,"
                        + " GPT2Tokenizer. Download tokenizer.json too.");
        };
    }

    private static List<AddedToken> addedTokensJson(HuggingFaceDirectory directory) {
        List<AddedToken> added = new ArrayList<>();
        directory.json("added_tokens.json").ifPresent(json -> {
            JsonPart part = new JsonPart(
                            json, directory.path().resolve("added_tokens.json").toString())
                    .requireObject();
            for (Map.Entry<String, JsonNode> entry : json.properties()) {
                JsonPart id = new JsonPart(entry.getValue(), part.place() + "." + entry.getKey());
                added.add(TokenizerLimits.added(
                        new AddedToken(
                                TokenizerLimits.id(id.asInteger(), id.place()), entry.getKey(), true, Matching.EXACT),
                        part.place()));
            }
        });
        return added;
    }

    /// vocab.txt of BERT: a token a line, the line is its id.
    static Tokenizer readWordPieces(Path path, TokenizerConfig config) {
        List<String> tokens = lines(path);
        TokenizerLimits.tokens(tokens.size(), path.toString());
        boolean lowercases = config.flag("do_lower_case", true);
        WordPieceSetting setting = new WordPieceSetting(
                JsonNormalizers.bert(
                        true,
                        config.flag("tokenize_chinese_chars", true),
                        config.flag("strip_accents", lowercases),
                        lowercases),
                path.toString());
        return wordPieces(Vocabulary.of(tokens), tokens, setting);
    }

    /// What a WordPiece tokenizer needs besides the tokens.
    record WordPieceSetting(TextNormalizer normalizer, String place) {}

    private static Tokenizer wordPieces(Vocabulary model, List<String> tokens, WordPieceSetting setting) {
        List<AddedToken> added = new ArrayList<>();
        for (String name : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
            model.id(name).ifPresent(id -> added.add(new AddedToken(id, name, true, Matching.EXACT)));
        }
        int unknown = require(model, "[UNK]", setting.place());
        return new TokenizerPipeline(new TokenizerParts(
                TokenizerConfig.vocabulary(tokens, added),
                added,
                TokenizerParts.Contents.AS_GIVEN,
                TokenizerParts.Prompts.PARSED,
                setting.normalizer(),
                new PreTokenizer.Sequence(JsonPreTokenizers.bert()),
                WordPieceVocabulary.marked(model, "##", unknown, WordPiece.WORD_CHARACTERS),
                new DecoderChain(List.of(() -> new DecoderStep.WordPieces("##", true))),
                new int[] {require(model, "[CLS]", setting.place())},
                new int[] {require(model, "[SEP]", setting.place())},
                OptionalInt.empty(),
                OptionalInt.empty()));
    }

    private static int require(Vocabulary vocabulary, String token, String place) {
        return vocabulary
                .id(token)
                .orElseThrow(() -> new ModelFormatException(
                        place + ": the token " + token + " is missing. Download the file again."));
    }

    private static List<String> lines(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new ModelFormatException(
                    path + ": is missing, expected beside the vocabulary. Download the model again.");
        }
        try {
            if (Files.size(path) > TokenizerLimits.FILE_BYTES_MAX) {
                throw new ModelFormatException(path + ": has " + Files.size(path) + " bytes, expected at most "
                        + TokenizerLimits.FILE_BYTES_MAX + ". Check that it is the file you mean.");
            }
            // Only \n ends a line: tokens hold other line separators.
            String content = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
            List<String> lines = new ArrayList<>(List.of(content.split("\n", -1)));
            if (lines.getLast().isEmpty()) {
                lines.removeLast();
            }
            lines.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
