package dev.lilla.tokenizer;

import dev.lilla.format.GgufMetadata;
import dev.lilla.format.ModelFormatException;
import dev.lilla.format.UnsupportedModelException;
import dev.lilla.tokenizer.AddedToken.Matching;
import dev.lilla.tokenizer.PreTokenizer.Behavior;
import dev.lilla.tokenizer.PreTokenizer.Matches;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Makes the tokenizer that the keys `tokenizer.ggml.*` of a GGUF describe. Source: llama.cpp's llama-vocab.cpp.
///
/// One difference: text for Qwen is NFC-normalized, as the models were trained; llama.cpp does not.
final class GgufTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";
    private static final String MODELS = "llama (SentencePiece), gpt2 (byte-level BPE), bert (WordPiece), t5 (unigram)";

    private final GgufMetadata metadata;
    private final String file;
    private final List<String> tokens;
    private final List<TokenType> types;

    private GgufTokenizer(GgufMetadata metadata, String file) {
        this.metadata = metadata;
        this.file = file;
        tokens = metadata.findStrings(PREFIX + "tokens").orElseThrow(() -> broken("tokens", "is missing"));
        TokenizerLimits.tokens(tokens.size(), file);
        types = types();
    }

    static Tokenizer read(GgufMetadata metadata, String file) {
        String model = metadata.string(PREFIX + "model");
        GgufTokenizer reader = new GgufTokenizer(metadata, file);
        return switch (model) {
            case "llama" -> reader.sentencePieces(SentencePieceVocabulary.Algorithm.BPE);
            case "t5" -> reader.sentencePieces(SentencePieceVocabulary.Algorithm.UNIGRAM);
            case "gpt2" -> reader.byteLevel();
            case "bert" -> reader.wordPieces();
            default ->
                throw new UnsupportedModelException(file + ": the tokenizer model \"" + model
                        + "\" is not supported yet. Supported: " + MODELS
                        + ". Use the Hugging Face directory of the model.");
        };
    }

    private ModelFormatException broken(String key, String what) {
        return new ModelFormatException(
                file + ": key " + PREFIX + key + " " + what + ". Convert or download the model again.");
    }

    private List<TokenType> types() {
        Optional<long[]> given = metadata.findIntegers(PREFIX + "token_type");
        if (given.isEmpty()) {
            return Collections.nCopies(tokens.size(), TokenType.NORMAL);
        }
        if (given.get().length != tokens.size()) {
            throw broken("token_type", "has " + given.get().length + " elements, expected " + tokens.size());
        }
        return Arrays.stream(given.get())
                .mapToObj(number -> TokenType.ofNumber(number).orElse(TokenType.UNUSED))
                .toList();
    }

    private int id(String role, int otherwise) {
        OptionalLong id = metadata.findInteger(PREFIX + role);
        if (id.isEmpty()) {
            return otherwise < tokens.size() ? otherwise : -1;
        }
        // Converters write 2^32 - 1 for a token that the model lacks.
        return id.getAsLong() >= 0 && id.getAsLong() < tokens.size() ? (int) id.getAsLong() : -1;
    }

    private boolean flag(String name, boolean otherwise) {
        return metadata.findFlag(PREFIX + name).orElse(otherwise);
    }

    private int[] added(String flag, boolean otherwise, int id) {
        return id >= 0 && flag(flag, otherwise) ? new int[] {id} : new int[0];
    }

    private Tokenizer sentencePieces(SentencePieceVocabulary.Algorithm algorithm) {
        float[] scores = metadata.findReals(PREFIX + "scores").orElseThrow(() -> broken("scores", "is missing"));
        if (scores.length != tokens.size()) {
            throw broken("scores", "has " + scores.length + " elements, expected " + tokens.size());
        }
        for (int id = 0; id < scores.length; id++) {
            if (Float.isNaN(scores[id])) {
                throw broken("scores", "has no number at " + id);
            }
        }
        if (algorithm == SentencePieceVocabulary.Algorithm.UNIGRAM
                && metadata.contains(PREFIX + "precompiled_charsmap")) {
            throw new UnsupportedModelException(file + ": key " + PREFIX + "precompiled_charsmap is not supported yet."
                    + " Supported: " + MODELS + " without it.");
        }
        boolean bpe = algorithm == SentencePieceVocabulary.Algorithm.BPE;
        int begin = id("bos_token_id", bpe ? 1 : -1);
        int end = id("eos_token_id", bpe ? 2 : 1);
        boolean prefixes = flag("add_space_prefix", true);
        boolean single = flag("remove_extra_whitespaces", false);
        SentencePieceVocabulary vocabulary = new SentencePieceVocabulary(
                file,
                tokens,
                scores,
                types,
                algorithm,
                prefixes
                        ? single
                                ? SentencePieceVocabulary.Spaces.SINGLE_PREFIXED
                                : SentencePieceVocabulary.Spaces.PREFIXED
                        : single ? SentencePieceVocabulary.Spaces.SINGLE : SentencePieceVocabulary.Spaces.KEPT,
                id("unknown_token_id", bpe ? 0 : 2),
                begin,
                end);
        return vocabulary.tokenizer(added("add_bos_token", bpe, begin), added("add_eos_token", !bpe, end));
    }

    /// How one `tokenizer.ggml.pre` cuts text.
    ///
    /// @param whole whether whole pieces are looked up before merging (`ignore_merges`)
    /// @param begins whether BOS is put before a prompt where no key says so
    /// @param composes whether text is NFC-normalized
    private record Cutting(List<PieceScanner> scanners, boolean whole, boolean begins, boolean composes) {}

    private Cutting cutting() {
        String named = metadata.findString(PREFIX + "pre").orElse("default");
        String pre = named.equals("default") ? inferred() : named;
        return switch (pre) {
            case "llama-bpe", "llama3", "llama-v3", "falcon3" ->
                new Cutting(List.of(new Cl100kScanner(3)), true, true, false);
            case "chatglm-bpe", "glm4" -> new Cutting(List.of(new Cl100kScanner(3)), false, false, false);
            case "qwen2", "deepseek-r1-qwen" -> new Cutting(List.of(new Cl100kScanner(1)), false, false, true);
            case "falcon" ->
                new Cutting(
                        List.of(ClassScanner.PUNCTUATIONS, Gpt2Scanner.WITHOUT_SPACES, ClassScanner.THREE_DIGITS),
                        false,
                        false,
                        false);
            case "gpt-2", "phi-2" -> new Cutting(List.of(Gpt2Scanner.WITHOUT_SPACES), false, false, false);
            case "smollm", "starcoder", "refact", "command-r", "codeshell" ->
                new Cutting(List.of(ClassScanner.NUMBER, Gpt2Scanner.WITHOUT_SPACES), false, false, false);
            case "tekken" -> new Cutting(List.of(CasedScanner.TEKKEN), true, true, false);
            case "gpt-4o" -> new Cutting(List.of(CasedScanner.GPT_4O), false, false, false);
            default ->
                throw new UnsupportedModelException(file + ": the pre-tokenizer \"" + pre
                        + "\" is not supported yet. Supported: llama-bpe, falcon3, chatglm-bpe, qwen2, falcon, gpt-2,"
                        + " smollm, tekken, gpt-4o. Use the Hugging Face directory of the model.");
        };
    }

    /// Files made before May 2024 do not name their pre-tokenizer; their architecture does.
    private String inferred() {
        String architecture = metadata.architecture();
        return switch (architecture) {
            case "falcon" -> "falcon";
            case "qwen", "qwen2", "qwen2moe", "qwen3" -> "qwen2";
            case "gpt2" -> "gpt-2";
            case "starcoder" -> "starcoder";
            default -> "of " + architecture;
        };
    }

    private Tokenizer byteLevel() {
        Cutting cutting = cutting();
        List<String> lines = metadata.findStrings(PREFIX + "merges").orElseThrow(() -> broken("merges", "is missing"));
        TokenizerLimits.merges(lines.size(), file);
        String place = file + ": key " + PREFIX + "merges";
        List<Merge> merges = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            merges.add(Merge.parse(lines.get(i), place + "[" + i + "]"));
        }
        Vocabulary model = Vocabulary.of(tokens);
        PairTable pairs = MergePairs.fromList(merges, model, 0, place);
        List<AddedToken> added = addedTokens();
        List<PreTokenizer> steps = new ArrayList<>();
        cutting.scanners()
                .forEach(scanner -> steps.add(new PreTokenizer.Split(scanner, Behavior.ISOLATED, Matches.OF_PATTERN)));
        int begin = id("bos_token_id", -1);
        int end = id("eos_token_id", -1);
        return new TokenizerPipeline(new TokenizerParts(
                TokenizerConfig.vocabulary(tokens, added),
                added,
                TokenizerParts.Contents.AS_GIVEN,
                TokenizerParts.Prompts.PARSED,
                cutting.composes() ? new TextNormalizer.Unicode(Normalizer.Form.NFC) : new TextNormalizer.Identity(),
                steps.size() == 1 ? steps.getFirst() : new PreTokenizer.Sequence(steps),
                new ByteLevelBpe(
                        pairs,
                        TokenizerLimits.alphabetIds(model),
                        cutting.whole() ? model.ids() : Map.of(),
                        ByteLevelBpe.Input.TEXT),
                new ByteLevelDecoder(ByteLevelDecoder.Added.LITERAL),
                added("add_bos_token", cutting.begins(), begin),
                added("add_eos_token", false, end),
                begin < 0 ? OptionalInt.empty() : OptionalInt.of(begin),
                end < 0 ? OptionalInt.empty() : OptionalInt.of(end)));
    }

    /// Control and user-defined tokens; the unknown token is found as a special one too.
    private List<AddedToken> addedTokens() {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < types.size(); id++) {
            boolean special = types.get(id) == TokenType.CONTROL || types.get(id) == TokenType.UNKNOWN;
            if (special || types.get(id) == TokenType.USER_DEFINED) {
                added.add(TokenizerLimits.added(new AddedToken(id, tokens.get(id), special, Matching.EXACT), file));
            }
        }
        return added;
    }

    private Tokenizer wordPieces() {
        int begin = id("cls_token_id", id("bos_token_id", 101));
        int end = id("seperator_token_id", id("sep_token_id", id("eos_token_id", 102)));
        int unknown = id("unknown_token_id", 100);
        if (unknown < 0) {
            throw broken("unknown_token_id", "is missing");
        }
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < types.size(); id++) {
            boolean control = types.get(id) == TokenType.CONTROL || types.get(id) == TokenType.UNKNOWN;
            if (control || id == begin || id == end || id == unknown) {
                added.add(TokenizerLimits.added(new AddedToken(id, tokens.get(id), true, Matching.EXACT), file));
            }
        }
        Vocabulary vocabulary = TokenizerConfig.vocabulary(tokens, added);
        return new TokenizerPipeline(new TokenizerParts(
                vocabulary,
                added,
                TokenizerParts.Contents.AS_GIVEN,
                TokenizerParts.Prompts.PARSED,
                JsonNormalizers.bert(true, true, true, true),
                new PreTokenizer.Sequence(JsonPreTokenizers.bert()),
                WordPieceVocabulary.phantomSpaced(vocabulary, unknown),
                new SentencePieceDecoder(true, -1, new java.util.BitSet(), SentencePieceDecoder.Prefixes.AT_START),
                added("add_bos_token", true, begin),
                added("add_eos_token", true, end),
                OptionalInt.empty(),
                OptionalInt.empty()));
    }
}
