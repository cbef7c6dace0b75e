package dev.lilla.optimize;

import dev.lilla.format.HuggingFaceDirectory;
import dev.lilla.optimize.AddedTokens.AddedToken;
import dev.lilla.tokenizer.BytePairs;
import dev.lilla.tokenizer.SentencePiece;
import dev.lilla.tokenizer.TokenType;
import dev.lilla.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The vocabulary of a directory with a SentencePiece model, as `convert_hf_to_gguf.py` of llama.cpp makes it.
final class SentencePieceVocabulary {
    /// What tokens have for a score that no SentencePiece model holds.
    static final float ADDED_SCORE = -1000;

    private SentencePieceVocabulary() {}

    /// Llama, Mistral, the Gemmas, GEB: pieces of the model, then the tokens that the directory adds or marks.
    static Vocabulary of(HuggingFaceDirectory directory, Path modelFile, int size) {
        Vocabulary.Builder builder = pieces(SentencePiece.read(modelFile), size);
        putAddedFile(directory, builder);
        for (AddedToken token : AddedTokens.ofTokenizerConfig(directory)) {
            boolean isControl = token.isSpecial() || AddedTokens.looksSpecial(token.content());
            String content = isControl ? token.content() : token.content().replace('\u2581', ' ');
            builder.put(token.id(), content, isControl ? TokenType.CONTROL : TokenType.USER_DEFINED, ADDED_SCORE);
        }
        return builder.sentencePiece("default");
    }

    /// Phi 3: added tokens as they stand, also those of tokenizer.json.
    static Vocabulary ofPhi3(HuggingFaceDirectory directory, Path modelFile, int size) {
        Vocabulary.Builder builder = pieces(SentencePiece.read(modelFile), size);
        putAddedFile(directory, builder);
        AddedTokens.ofTokenizerConfig(directory).forEach(token -> putAsItStands(builder, token));
        AddedTokens.ofTokenizerJson(directory).forEach(token -> putAsItStands(builder, token));
        return builder.sentencePiece("default");
    }

    /// ChatGLM 3: nine special tokens behind the pieces of the model.
    static Vocabulary ofChatGlm3(Path modelFile, int size) {
        List<SentencePiece> pieces = SentencePiece.read(modelFile);
        Vocabulary.Builder builder = pieces(pieces, size);
        List<String> firstNames = List.of("<unk>", "<bos>", "<eos>");
        for (int id = 0; id < Math.min(firstNames.size(), pieces.size()); id++) {
            SentencePiece piece = pieces.get(id);
            builder.put(id, firstNames.get(id), type(piece), piece.score());
        }
        for (int i = 0; i < Tokenizers.CHATGLM3_SPECIAL_TOKENS.size(); i++) {
            builder.put(pieces.size() + i, Tokenizers.CHATGLM3_SPECIAL_TOKENS.get(i), TokenType.CONTROL, 0);
        }
        for (int id = pieces.size() + Tokenizers.CHATGLM3_SPECIAL_TOKENS.size(); id < size; id++) {
            builder.put(id, "[PAD" + id + "]", TokenType.UNUSED, 0);
        }
        return builder.sentencePiece("chatglm-spm");
    }

    /// A directory that has the pieces only in tokenizer.json. Scores fall with the rank of the merge that makes a
    /// piece, so that merging by score is merging by rank.
    static Vocabulary ofTokenizerJson(HuggingFaceDirectory directory, JsonNode json, int size) {
        Vocabulary.Builder builder = new Vocabulary.Builder(size);
        TokenizerJson tokenizer = new TokenizerJson(directory.path().resolve("tokenizer.json"), json);
        BytePairs pairs = tokenizer.bytePairs();
        Map<String, Integer> ranks = new HashMap<>();
        pairs.merges().forEach(merge -> ranks.putIfAbsent(merge.left() + merge.right(), ranks.size()));
        for (int id = 0; id < pairs.tokens().size(); id++) {
            String token = pairs.tokens().get(id);
            boolean isByte = token.matches("<0x[0-9A-Fa-f]{2}>");
            float score = isByte ? 0 : -ranks.getOrDefault(token, ranks.size() + id);
            if (!token.isEmpty()) {
                builder.put(id, token, isByte ? TokenType.BYTE : TokenType.NORMAL, score);
            }
        }
        for (AddedToken token : AddedTokens.ofTokenizerJson(directory)) {
            builder.put(
                    token.id(),
                    token.content(),
                    token.isSpecial() ? TokenType.CONTROL : TokenType.USER_DEFINED,
                    ADDED_SCORE);
        }
        return builder.sentencePiece("default");
    }

    private static Vocabulary.Builder pieces(List<SentencePiece> pieces, int size) {
        Vocabulary.Builder builder = new Vocabulary.Builder(size);
        for (int id = 0; id < pieces.size(); id++) {
            builder.put(
                    id,
                    pieces.get(id).text(),
                    type(pieces.get(id)),
                    pieces.get(id).score());
        }
        return builder;
    }

    private static TokenType type(SentencePiece piece) {
        // llama.cpp's converter takes user-defined pieces from tokenizer_config.json alone
        return piece.type() == TokenType.USER_DEFINED ? TokenType.NORMAL : piece.type();
    }

    private static void putAddedFile(HuggingFaceDirectory directory, Vocabulary.Builder builder) {
        for (AddedToken token : AddedTokens.ofAddedTokensFile(directory)) {
            builder.put(token.id(), token.content(), TokenType.USER_DEFINED, ADDED_SCORE);
        }
    }

    private static void putAsItStands(Vocabulary.Builder builder, AddedToken token) {
        TokenType type = token.isSpecial() ? TokenType.CONTROL : TokenType.USER_DEFINED;
        builder.put(token.id(), token.content(), type, ADDED_SCORE);
    }
}
