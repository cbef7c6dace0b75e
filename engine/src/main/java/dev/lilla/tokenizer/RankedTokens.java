package dev.lilla.tokenizer;

import dev.lilla.format.ModelFormatException;
import dev.lilla.tokenizer.AddedToken.Matching;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Byte sequences with ranks, as tiktoken and Tekken have them: two neighbors merge if their bytes together have a
/// rank, the lowest first.
///
/// @param tokens by rank, in the [ByteAlphabet]
/// @param offset the id of rank 0
record RankedTokens(List<String> tokens, int offset) {
    /// Reads the Base64 of a token.
    static String decode(String base64, String place) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (bytes.length == 0) {
                throw new ModelFormatException(place + ": the token is empty. Download the file again.");
            }
            return ByteAlphabet.write(bytes);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(place + ": \"" + base64 + "\" is no Base64. Download the file again.", e);
        }
    }

    /// What a tokenizer needs besides the ranks.
    ///
    /// @param special all of it
    /// @param before ids put before a prompt
    record Setting(
            List<AddedToken> special,
            TextNormalizer normalizer,
            PieceScanner scanner,
            int[] before,
            OptionalInt beginOfText,
            OptionalInt endOfText) {}

    /// Special tokens with ids in a row, found anywhere.
    static List<AddedToken> specialTokens(List<String> names, int firstId) {
        List<AddedToken> special = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            special.add(new AddedToken(firstId + i, names.get(i), true, Matching.EXACT));
        }
        return special;
    }

    Tokenizer tokenizer(Setting setting, String place) {
        TokenizerLimits.tokens(tokens.size() + (long) offset, place);
        List<String> byId = TokenizerLimits.emptyTokens(offset);
        byId.addAll(tokens);
        Vocabulary ranked = Vocabulary.of(byId);
        int[] ranks = new int[byId.size()];
        for (int id = 0; id < ranks.length; id++) {
            ranks[id] = id < offset ? -1 : id - offset;
        }
        PairTable pairs = MergePairs.fromTokens(byId, ranks, new PieceIndex(byId)::find, place);
        Map<String, Integer> whole = ranked.ids();
        return new TokenizerPipeline(new TokenizerParts(
                TokenizerConfig.vocabulary(byId, setting.special()),
                setting.special(),
                TokenizerParts.Contents.AS_GIVEN,
                TokenizerParts.Prompts.PARSED,
                setting.normalizer(),
                new PreTokenizer.Split(
                        setting.scanner(), PreTokenizer.Behavior.ISOLATED, PreTokenizer.Matches.OF_PATTERN),
                new ByteLevelBpe(pairs, TokenizerLimits.alphabetIds(ranked), whole, ByteLevelBpe.Input.TEXT),
                new ByteLevelDecoder(ByteLevelDecoder.Added.LITERAL),
                setting.before(),
                new int[0],
                setting.beginOfText(),
                setting.endOfText()));
    }
}
