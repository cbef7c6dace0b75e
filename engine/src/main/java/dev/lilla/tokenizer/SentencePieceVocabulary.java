package dev.lilla.tokenizer;

import dev.lilla.tokenizer.AddedToken.Matching;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;

/// The pieces of a SentencePiece tokenizer, from a tokenizer.model or a GGUF, and the tokenizers they make.
///
/// @param file for errors
/// @param scores by id
/// @param types by id
/// @param unknown, begin, end ids, or -1
record SentencePieceVocabulary(
        String file,
        List<String> pieces,
        float[] scores,
        List<TokenType> types,
        Algorithm algorithm,
        Spaces spaces,
        int unknown,
        int begin,
        int end) {
    enum Algorithm {
        BPE,
        UNIGRAM
    }

    /// What becomes of white space before encoding.
    enum Spaces {
        KEPT,
        /// One space is put in front (`add_dummy_prefix`).
        PREFIXED,
        /// Runs become one, ends are stripped (`remove_extra_whitespaces`).
        SINGLE,
        SINGLE_PREFIXED;

        boolean prefixes() {
            return this == PREFIXED || this == SINGLE_PREFIXED;
        }

        TextNormalizer normalizer() {
            List<TextNormalizer> steps = new ArrayList<>();
            if (this == SINGLE || this == SINGLE_PREFIXED) {
                steps.add(new TextNormalizer.SingleSpaces());
            }
            if (prefixes()) {
                steps.add(new TextNormalizer.Prepend("\u2581"));
            }
            steps.add(new TextNormalizer.Replace(new LiteralScanner(" "), "\u2581"));
            return new TextNormalizer.Sequence(steps);
        }
    }

    /// A tokenizer that finds the control pieces in a text, as Llama's and llama.cpp's do, and writes them out.
    Tokenizer tokenizer(int[] before, int[] after) {
        List<AddedToken> added = new ArrayList<>();
        List<AddedToken> literal = new ArrayList<>();
        for (int id = 0; id < types.size(); id++) {
            switch (types.get(id)) {
                case CONTROL -> literal.add(new AddedToken(id, pieces.get(id), true, Matching.EXACT));
                case UNKNOWN -> added.add(new AddedToken(id, pieces.get(id), true, Matching.EXACT));
                case NORMAL, USER_DEFINED, UNUSED, BYTE -> {
                    // Not special.
                }
            }
        }
        return tokenizer(new Extension(
                literal,
                added,
                before,
                after,
                TokenizerParts.Prompts.PARSED,
                new BitSet(),
                SentencePieceDecoder.Prefixes.AT_START));
    }

    /// A tokenizer with special tokens of its own after the pieces (ChatGLM3, GEB); it reads a prompt as plain text,
    /// and writes control pieces as nothing, as SentencePiece does.
    ///
    /// @param names of the special tokens, in order
    /// @param prefix the names of those put before a prompt
    Tokenizer withSpecialTokens(List<String> names, List<String> prefix) {
        List<AddedToken> literal = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            literal.add(new AddedToken(pieces.size() + i, names.get(i), true, Matching.EXACT));
        }
        int[] before = prefix.stream()
                .mapToInt(name -> pieces.size() + names.indexOf(name))
                .toArray();
        BitSet silent = new BitSet();
        for (int id = 0; id < types.size(); id++) {
            silent.set(id, types.get(id) == TokenType.CONTROL);
        }
        return tokenizer(new Extension(
                literal,
                List.of(),
                before,
                new int[0],
                TokenizerParts.Prompts.PLAIN,
                silent,
                SentencePieceDecoder.Prefixes.AFTER_ADDED));
    }

    /// What one kind of tokenizer adds to the pieces.
    ///
    /// @param literal tokens written out as they are named
    /// @param found further tokens found in a text
    private record Extension(
            List<AddedToken> literal,
            List<AddedToken> found,
            int[] before,
            int[] after,
            TokenizerParts.Prompts prompts,
            BitSet silent,
            SentencePieceDecoder.Prefixes prefixes) {}

    private Tokenizer tokenizer(Extension extension) {
        List<AddedToken> added = new ArrayList<>(extension.literal());
        added.addAll(extension.found());
        for (int id = 0; id < types.size(); id++) {
            if (types.get(id) == TokenType.USER_DEFINED) {
                // GGUF writes the spaces of such pieces as spaces, tokenizer.model as ▁.
                String content = pieces.get(id).replace(' ', '\u2581');
                added.add(new AddedToken(id, content, false, Matching.NORMALIZED));
            }
        }
        added.forEach(token -> TokenizerLimits.added(token, file));
        Vocabulary vocabulary = TokenizerConfig.vocabulary(pieces, extension.literal());
        for (int id = 0; id < types.size(); id++) {
            if (types.get(id) == TokenType.CONTROL || types.get(id) == TokenType.UNKNOWN) {
                vocabulary.markSpecial(id);
            }
        }
        return new TokenizerPipeline(new TokenizerParts(
                vocabulary,
                added,
                TokenizerParts.Contents.AS_GIVEN,
                extension.prompts(),
                spaces.normalizer(),
                new PreTokenizer.Whole(),
                encoder(vocabulary),
                new SentencePieceDecoder(
                        spaces.prefixes(),
                        unknown >= 0 && vocabulary.isAdded(unknown) ? -1 : unknown,
                        extension.silent(),
                        extension.prefixes()),
                extension.before(),
                extension.after(),
                optional(begin),
                optional(end)));
    }

    private static OptionalInt optional(int id) {
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    private PieceEncoder encoder(Vocabulary vocabulary) {
        CodePointBpe.Fallback fallback = new CodePointBpe.Fallback(byteIds(), unknown, true);
        return switch (algorithm) {
            case BPE -> bpe(vocabulary, fallback);
            case UNIGRAM -> unigram(fallback);
        };
    }

    private int[] byteIds() {
        int[] ids = new int[256];
        Arrays.fill(ids, -1);
        for (int id = 0; id < types.size(); id++) {
            int unsignedByte = TokenDecoder.byteOf(pieces.get(id));
            if (types.get(id) == TokenType.BYTE && unsignedByte >= 0) {
                ids[unsignedByte] = id;
            }
        }
        return ids;
    }

    private PieceEncoder bpe(Vocabulary vocabulary, CodePointBpe.Fallback fallback) {
        CodePointSymbols symbols = new CodePointSymbols(vocabulary.size());
        boolean within = true;
        for (int id = 0; id < types.size(); id++) {
            String piece = pieces.get(id);
            if (types.get(id) != TokenType.NORMAL || piece.isEmpty()) {
                continue;
            }
            within &= CodePointBpe.staysWithinWord(piece);
            if (isCodePoint(piece)) {
                symbols.put(piece.codePointAt(0), id);
            }
        }
        PieceIndex index = new PieceIndex(pieces);
        PairTable pairs = MergePairs.fromTokens(
                pieces,
                ranks(),
                (text, from, to, hash) -> {
                    if (isCodePoint(text, from, to)) {
                        return symbols.part(text.codePointAt(from));
                    }
                    int id = index.find(text, from, to, hash);
                    return id >= 0 && types.get(id) == TokenType.NORMAL ? id : -1;
                },
                file);
        return new CodePointBpe(pairs, symbols, fallback, java.util.Map.of(), within);
    }

    private static boolean isCodePoint(String text) {
        return isCodePoint(text, 0, text.length());
    }

    private static boolean isCodePoint(String text, int from, int to) {
        return to - from <= 2 && text.codePointCount(from, to) == 1;
    }

    /// Normal pieces ranked by falling score, equal scores alike; -1 for others.
    private int[] ranks() {
        float[] sorted = scores.clone();
        Arrays.sort(sorted);
        int[] ranks = new int[scores.length];
        for (int id = 0; id < ranks.length; id++) {
            ranks[id] = types.get(id) == TokenType.NORMAL ? sorted.length - 1 - lastIndex(sorted, scores[id]) : -1;
        }
        return ranks;
    }

    /// Where the last of equal values stands.
    private static int lastIndex(float[] sorted, float value) {
        int low = 0;
        int high = sorted.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Float.compare(sorted[middle], value) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private PieceEncoder unigram(CodePointBpe.Fallback fallback) {
        String[] normal = new String[types.size()];
        double[] all = new double[types.size()];
        for (int id = 0; id < types.size(); id++) {
            normal[id] = types.get(id) == TokenType.NORMAL ? pieces.get(id) : "";
            all[id] = scores[id];
        }
        return new Unigram(normal, all, fallback);
    }
}
