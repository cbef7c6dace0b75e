package dev.lilla.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// Reads the `model` of a tokenizer.json: the vocabulary and its algorithm.
final class JsonModels {
    private static final String KINDS = "BPE, WordPiece, Unigram";

    private final JsonPart part;

    private JsonModels(JsonPart part) {
        this.part = part;
    }

    static String type(JsonPart part) {
        // Files of tokenizers before 0.10 leave the type out.
        return part.findString("type").orElseGet(() -> part.find("merges").isPresent() ? "BPE" : "WordPiece");
    }

    /// The tokens by id, empty where there is none.
    static List<String> tokens(JsonPart part) {
        return type(part).equals("Unigram") ? unigramTokens(part) : vocabularyTokens(part.get("vocab"));
    }

    /// The tokens of a JSON object of token to id.
    static List<String> vocabularyTokens(JsonPart vocab) {
        JsonNode node = vocab.requireObject().node();
        TokenizerLimits.tokens(node.size(), vocab.place());
        int size = 0;
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            size = Math.max(size, id(vocab, entry) + 1);
        }
        List<String> tokens = TokenizerLimits.emptyTokens(size);
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String before = tokens.set(id(vocab, entry), entry.getKey());
            if (!before.isEmpty()) {
                throw vocab.broken(
                        "\"" + before + "\" and \"" + entry.getKey() + "\" have the same id " + entry.getValue());
            }
        }
        return tokens;
    }

    private static int id(JsonPart vocab, Map.Entry<String, JsonNode> entry) {
        String place = vocab.place() + "." + entry.getKey();
        return TokenizerLimits.id(new JsonPart(entry.getValue(), place).asInteger(), place);
    }

    private static List<String> unigramTokens(JsonPart part) {
        List<JsonPart> vocab = part.elements("vocab");
        TokenizerLimits.tokens(vocab.size(), part.place());
        List<String> tokens = new ArrayList<>();
        for (JsonPart piece : vocab) {
            List<JsonPart> pair = piece.elements();
            if (pair.size() != 2) {
                throw piece.broken("has " + pair.size() + " elements, expected a piece and its score");
            }
            tokens.add(pair.getFirst().asString());
        }
        return tokens;
    }

    static PieceEncoder encoder(JsonPart part, Vocabulary vocabulary, Optional<ByteLevelBpe.Input> byteLevel) {
        JsonModels models = new JsonModels(part);
        return switch (type(part)) {
            case "BPE" -> models.bpe(vocabulary, byteLevel);
            case "WordPiece" -> models.wordPiece(vocabulary);
            case "Unigram" -> models.unigram(vocabulary);
            case String other -> throw part.unsupported("the model " + other, KINDS);
        };
    }

    private PieceEncoder bpe(Vocabulary vocabulary, Optional<ByteLevelBpe.Input> byteLevel) {
        if (part.find("dropout")
                .filter(dropout -> dropout.node().doubleValue() != 0)
                .isPresent()) {
            throw part.unsupported("dropout while encoding", "BPE without dropout");
        }
        String prefix = part.findString("continuing_subword_prefix").orElse("");
        if (!prefix.isEmpty()
                || !part.findString("end_of_word_suffix").orElse("").isEmpty()) {
            throw part.unsupported(
                    "BPE with a continuing_subword_prefix or end_of_word_suffix", "BPE without prefix and suffix");
        }
        List<Merge> merges = merges(part);
        PairTable pairs = MergePairs.fromList(merges, vocabulary, prefix.length(), part.place() + ".merges");
        Map<String, Integer> whole = part.flag("ignore_merges") ? vocabulary.ids() : Map.of();
        if (byteLevel.isPresent()) {
            return new ByteLevelBpe(pairs, TokenizerLimits.alphabetIds(vocabulary), whole, byteLevel.get());
        }
        CodePointSymbols symbols = new CodePointSymbols(vocabulary.size());
        vocabulary.ids().forEach((token, id) -> {
            if (token.codePointCount(0, token.length()) == 1) {
                symbols.put(token.codePointAt(0), id);
            }
        });
        boolean within = merges.stream().allMatch(merge -> CodePointBpe.staysWithinWord(merge.left() + merge.right()));
        return new CodePointBpe(pairs, symbols, fallback(vocabulary, unknown(vocabulary)), whole, within);
    }

    static List<Merge> merges(JsonPart part) {
        JsonPart list = part.get("merges");
        TokenizerLimits.merges(list.node().size(), list.place());
        List<Merge> merges = new ArrayList<>();
        for (JsonPart merge : list.elements()) {
            if (merge.node().isString()) {
                merges.add(Merge.parse(merge.asString(), merge.place()));
                continue;
            }
            List<JsonPart> pair = merge.elements();
            if (pair.size() != 2) {
                throw merge.broken("has " + pair.size() + " elements, expected two tokens");
            }
            merges.add(new Merge(pair.getFirst().asString(), pair.getLast().asString()));
        }
        return merges;
    }

    private int unknown(Vocabulary vocabulary) {
        Optional<String> token = part.findString("unk_token").filter(name -> !name.isEmpty());
        if (token.isEmpty()) {
            return -1;
        }
        return vocabulary
                .id(token.get())
                .orElseThrow(() -> part.broken("the unk_token \"" + token.get() + "\" is not in the vocabulary"));
    }

    private CodePointBpe.Fallback fallback(Vocabulary vocabulary, int unknown) {
        int[] bytes = TokenizerLimits.byteIds(vocabulary);
        if (!part.flag("byte_fallback")) {
            java.util.Arrays.fill(bytes, -1);
        }
        return new CodePointBpe.Fallback(
                bytes, unknown, part.flag("fuse_unk", type(part).equals("Unigram")));
    }

    private PieceEncoder wordPiece(Vocabulary vocabulary) {
        String prefix = part.findString("continuing_subword_prefix").orElse("##");
        int charactersMax = part.find("max_input_chars_per_word")
                .map(max -> Math.clamp(max.asInteger(), 1, TokenizerLimits.PIECE_CHARACTERS_MAX))
                .orElse(WordPiece.WORD_CHARACTERS);
        int unknown = unknown(vocabulary);
        if (unknown < 0) {
            throw part.broken("\"unk_token\" is missing");
        }
        return WordPieceVocabulary.marked(vocabulary, prefix, unknown, charactersMax);
    }

    private PieceEncoder unigram(Vocabulary vocabulary) {
        List<JsonPart> vocab = part.elements("vocab");
        String[] pieces = new String[vocab.size()];
        double[] scores = new double[vocab.size()];
        for (int id = 0; id < pieces.length; id++) {
            List<JsonPart> pair = vocab.get(id).elements();
            pieces[id] = pair.getFirst().asString();
            if (!pair.getLast().node().isNumber()
                    || Double.isNaN(pair.getLast().node().doubleValue())) {
                throw pair.getLast().broken("is " + pair.getLast().node() + ", expected a score");
            }
            scores[id] = pair.getLast().node().doubleValue();
        }
        int unknown = part.find("unk_id")
                .map(id -> TokenizerLimits.id(id.asInteger(), id.place()))
                .orElse(-1);
        if (unknown >= pieces.length) {
            throw part.broken("unk_id is " + unknown + ", expected less than " + pieces.length);
        }
        if (unknown >= 0) {
            pieces[unknown] = "";
        }
        return new Unigram(pieces, scores, fallback(vocabulary, unknown));
    }
}
