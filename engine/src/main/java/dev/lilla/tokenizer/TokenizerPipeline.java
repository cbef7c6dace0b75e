package dev.lilla.tokenizer;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// A tokenizer put together from the parts that all kinds share, in Hugging Face tokenizers' order: find added tokens,
/// normalize what is between, find the added tokens that stand in normalized text, cut into pieces, encode each.
final class TokenizerPipeline implements Tokenizer {
    /// Tokens that end a turn in the families' chat formats, wherever a vocabulary has them as special ones.
    private static final List<String> TURN_ENDS = List.of(
            "<|im_end|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|end_of_text|>",
            "<|endoftext|>",
            "<end_of_turn>",
            "<|end|>",
            "<|user|>",
            "<|observation|>",
            "<|end_of_role|>",
            "<EOT>");

    private final TokenizerParts parts;
    private final AddedTokenFinder onText;
    private final AddedTokenFinder onNormalized;

    TokenizerPipeline(TokenizerParts parts) {
        this.parts = parts;
        onText = finder(false);
        onNormalized = finder(true);
    }

    private AddedTokenFinder finder(boolean normalized) {
        List<AddedToken> tokens = parts.added().stream()
                .filter(token -> token.matching().onNormalized() == normalized)
                .toList();
        List<String> contents = tokens.stream()
                .map(token -> normalized && parts.contents() == TokenizerParts.Contents.NORMALIZED
                        ? parts.normalizer().apply(token.content())
                        : token.content())
                .toList();
        return new AddedTokenFinder(tokens, contents);
    }

    @Override
    public int size() {
        return parts.vocabulary().size();
    }

    @Override
    public int[] encode(String text, SpecialTokens special) {
        IdBuffer out = new IdBuffer();
        boolean adds = special == SpecialTokens.ADD;
        boolean finds = special == SpecialTokens.PARSE || (adds && parts.prompts() == TokenizerParts.Prompts.PARSED);
        if (adds) {
            out.addAll(parts.before(), parts.before().length);
        }
        String clean = withoutLoneSurrogates(text);
        onText.cut(clean, 0, clean.length(), finds, new AddedTokenFinder.Sink() {
            @Override
            public void token(AddedToken token) {
                out.add(token.id());
            }

            @Override
            public void text(String source, int from, int to) {
                encodeStretch(source, from, to, finds, out);
            }
        });
        if (adds) {
            out.addAll(parts.after(), parts.after().length);
        }
        return out.toArray();
    }

    private void encodeStretch(String text, int from, int to, boolean finds, IdBuffer out) {
        String normalized = parts.normalizer().apply(text.substring(from, to));
        onNormalized.cut(normalized, 0, normalized.length(), finds, new AddedTokenFinder.Sink() {
            @Override
            public void token(AddedToken token) {
                out.add(token.id());
            }

            @Override
            public void text(String source, int start, int end) {
                parts.preTokenizer()
                        .split(source, start, end, from == 0 && start == 0, (piece, pieceStart, pieceEnd, first) -> {
                            if (pieceStart < pieceEnd) {
                                parts.encoder().encode(piece, pieceStart, pieceEnd, out);
                            }
                        });
            }
        });
    }

    /// Reads lone surrogates as U+FFFD, as every encoder to UTF-8 that replaces them does.
    static String withoutLoneSurrogates(String text) {
        StringBuilder clean = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean paired = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (paired) {
                i++;
            } else {
                clean = clean == null ? new StringBuilder(text) : clean;
                clean.setCharAt(i, '\uFFFD');
            }
        }
        return clean == null ? text : clean.toString();
    }

    @Override
    public Detokenizer detokenizer() {
        return parts.decoder().open(parts.vocabulary());
    }

    @Override
    public String token(int id) {
        return parts.vocabulary().token(id);
    }

    @Override
    public byte[] bytes(int id) {
        return parts.decoder().bytes(parts.vocabulary(), id);
    }

    @Override
    public OptionalInt id(String token) {
        return parts.vocabulary().id(token);
    }

    @Override
    public boolean isSpecial(int id) {
        return parts.vocabulary().isSpecial(id);
    }

    @Override
    public OptionalInt beginOfText() {
        return parts.beginOfText();
    }

    @Override
    public OptionalInt endOfText() {
        return parts.endOfText();
    }

    @Override
    public int[] endsOfGeneration() {
        Set<Integer> ends = new LinkedHashSet<>();
        parts.endOfText().ifPresent(ends::add);
        for (String name : TURN_ENDS) {
            id(name).ifPresent(id -> {
                if (isSpecial(id)) {
                    ends.add(id);
                }
            });
        }
        return ends.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public String toString() {
        return "Tokenizer[" + size() + " tokens, " + parts.encoder().getClass().getSimpleName() + ", before "
                + Arrays.toString(parts.before()) + "]";
    }
}
