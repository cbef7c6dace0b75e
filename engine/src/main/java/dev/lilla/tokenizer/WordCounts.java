package dev.lilla.tokenizer;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// How often each piece of a [Splitting] occurs in texts: all that training needs of them, so that the texts
/// themselves need not be held. Memory grows with the different pieces, some hundred bytes each.
///
/// Safe for use by several threads; the sums do not depend on their order.
public final class WordCounts {
    /// A longer piece is no word (encoded binaries, rulers) and would be merged with itself alone.
    static final int WORD_CHARACTERS_MAX = 512;
    /// At some 150 bytes each about 5 GB.
    static final int WORDS_MAX = 32_000_000;

    private final Splitting splitting;
    private final PreTokenizer preTokenizer;
    private final TextNormalizer normalizer;
    private final ControlTokens control;
    private final AddedTokenFinder controlFinder;
    private final Map<String, Count> counts = new ConcurrentHashMap<>();
    private final LongAdder skippedCharacters = new LongAdder();

    /// @param all occurrences
    /// @param written those in texts that a model learns to write
    record Count(long all, long written) {
        static Count sum(Count first, Count second) {
            return new Count(first.all + second.all, first.written + second.written);
        }
    }

    /// @param control tokens that are no text: where they stand literally, texts are cut and they are not counted
    public WordCounts(Splitting splitting, ControlTokens control) {
        this.splitting = splitting;
        this.control = control;
        preTokenizer = splitting.preTokenizer();
        normalizer = splitting.normalizer();
        List<AddedToken> tokens = control.all().stream()
                .map(token -> new AddedToken(0, token, true, AddedToken.Matching.EXACT))
                .toList();
        controlFinder = new AddedTokenFinder(tokens, control.all());
    }

    /// Counts the pieces of texts, each cut by itself.
    ///
    /// @throws IllegalArgumentException if there are more different pieces than can be held
    public void add(Collection<TrainingText> texts) {
        Map<String, Count> batch = new HashMap<>();
        for (TrainingText text : texts) {
            boolean written = text.use() == TrainingText.Use.WRITTEN;
            Count once = new Count(1, written ? 1 : 0);
            cut(text.text(), piece -> batch.merge(piece, once, Count::sum));
        }
        batch.forEach((piece, count) -> counts.merge(piece, count, Count::sum));
        if (counts.size() > WORDS_MAX) {
            throw new IllegalArgumentException("the texts hold more than " + WORDS_MAX
                    + " different words, which is more than can be counted. Use fewer texts, or leave out those that"
                    + " are no language");
        }
    }

    private interface PieceSink {
        void accept(String piece);
    }

    private void cut(String text, PieceSink sink) {
        String clean = TokenizerPipeline.withoutLoneSurrogates(text);
        controlFinder.cut(clean, 0, clean.length(), true, new AddedTokenFinder.Sink() {
            @Override
            public void token(AddedToken token) {
                // No text.
            }

            @Override
            public void text(String source, int from, int to) {
                String normalized = normalizer.apply(source.substring(from, to));
                preTokenizer.split(normalized, 0, normalized.length(), true, (piece, start, end, _) -> {
                    if (end - start > WORD_CHARACTERS_MAX) {
                        skippedCharacters.add(end - start);
                    } else if (start < end) {
                        sink.accept(piece.substring(start, end));
                    }
                });
            }
        });
    }

    public Splitting splitting() {
        return splitting;
    }

    public ControlTokens control() {
        return control;
    }

    /// Different pieces.
    public int size() {
        return counts.size();
    }

    /// Characters in pieces that are too long to be words and were left out.
    public long skippedCharacters() {
        return skippedCharacters.sum();
    }

    /// The counts by piece.
    Map<String, Count> counts() {
        return counts;
    }
}
