package dev.lilla.generate;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.FinishReason;
import dev.lilla.chat.SamplerOptions;
import dev.lilla.chat.Usage;
import dev.lilla.grammar.GrammarException;
import dev.lilla.grammar.GrammarState;
import dev.lilla.grammar.TokenMask;
import dev.lilla.kernel.KvBlocks;
import dev.lilla.model.BatchEntry;
import dev.lilla.model.DecoderSpec;
import dev.lilla.model.LogitRows;
import dev.lilla.tokenizer.Detokenizer;
import dev.lilla.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One text being written: its tokens, its place in the cache, and how the next token is chosen.
///
/// Each step takes the tokens that are not yet in the cache (a chunk of the prompt, later the last token) and, once
/// none is left, a row of logits. With a draft the guessed tokens follow the last one, each with a row of logits: as
/// far as they turn out to be what is written, one step writes several tokens. What the cache holds of the others is
/// overwritten by the next step.
///
/// A sequence can lose its place in the cache at any time between steps ([#leave]) and get another one ([#place]): it
/// then reads all it holds again, prompt and what was written, and goes on as if nothing had happened. Owned by one
/// runner or scheduler; not safe for use by several threads.
public final class Sequence implements AutoCloseable {
    private final GenerationRequest request;
    private final SequenceTerms terms;
    private final SequenceListener listener;
    private final TokenHistory history;
    private BlockTable table;
    private final Sampler sampler;
    private final Detokenizer detokenizer;
    private final StopMatcher matcher;
    private final StringBuilder text = new StringBuilder();
    private final Draft draft = new Draft();
    private final @Nullable GrammarState grammar;
    private final @Nullable TriggeredGrammar parts;
    private final int tokensMax;
    private final long started;
    private boolean placed;
    private int reused;
    private int cached;
    private int drafted;
    private int accepted;
    private int steps;
    private long promptNanos = -1;
    private long totalNanos;
    private @Nullable FinishReason finishReason;

    /// A sequence with an empty cache.
    ///
    /// @param spec of the model that writes it
    /// @throws IllegalArgumentException if the prompt leaves no room for a token in the model's context
    public Sequence(
            GenerationRequest request, Tokenizer tokenizer, KvBlocks cache, DecoderSpec spec, AnswerListener listener) {
        this(request, tokenizer, new BlockTable(cache), 0, spec, listener);
    }

    /// A sequence whose first tokens are in the cache already.
    ///
    /// @param table holds keys and values of the first `cached` tokens of the prompt; owned by the sequence now
    /// @param cached fewer than the prompt has, so that there is something to compute
    Sequence(
            GenerationRequest request,
            Tokenizer tokenizer,
            BlockTable table,
            int cached,
            DecoderSpec spec,
            AnswerListener listener) {
        this(request, SequenceTerms.of(tokenizer, spec), table, SequenceListener.of(listener));
        place(table, cached);
    }

    /// A sequence that has no place in the cache yet.
    ///
    /// @param table empty; owned by the sequence now
    Sequence(GenerationRequest request, SequenceTerms terms, BlockTable table, SequenceListener listener) {
        int promptTokens = request.prompt().length;
        this.tokensMax = Math.min(terms.room(promptTokens), request.stop().maxTokens());
        this.request = request;
        this.terms = terms;
        this.listener = listener;
        this.table = table;
        this.history = new TokenHistory(request.prompt());
        this.sampler = new Sampler(request.sampler(), terms.vocab());
        this.detokenizer = terms.tokenizer().detokenizer();
        this.matcher = new StopMatcher(request.stop().strings());
        this.grammar = request.grammar()
                .map(value -> value.begin(request.stop().tokens()))
                .orElse(null);
        this.parts = request.triggers().isEmpty()
                ? null
                : new TriggeredGrammar(request.triggers(), request.stop().tokens());
        this.started = terms.clock().getAsLong();
    }

    /// Takes a place in the cache.
    ///
    /// @param place holds keys and values of the first `cachedTokens` tokens; owned by the sequence now
    /// @param cachedTokens fewer than the sequence has, so that there is something to compute
    final void place(BlockTable place, int cachedTokens) {
        if (cachedTokens < 0 || cachedTokens >= history.length()) {
            throw new IllegalArgumentException(
                    cachedTokens + " cached tokens of a prompt of " + request.prompt().length);
        }
        table = place;
        cached = cachedTokens;
        if (!placed) {
            placed = true;
            reused = cachedTokens;
        }
    }

    /// Gives its place in the cache back, to go on later with another.
    void leave() {
        table.close();
        cached = 0;
        draft.begin(0);
    }

    /// Tokens whose keys and values are in the cache.
    int cached() {
        return cached;
    }

    BlockTable table() {
        return table;
    }

    public boolean isFinished() {
        return finishReason != null;
    }

    /// Whether the next step reads more of the prompt than its last token.
    boolean isPrefill() {
        return history.length() - cached > 1;
    }

    /// Tokens that the next step needs to compute.
    int pending() {
        return history.length() - cached;
    }

    /// Ends the text if whoever asked has left.
    void checkCancelled() {
        if (!isFinished() && listener.isCancelled()) {
            finish(FinishReason.CANCELLED);
        }
    }

    /// Ends the text from outside, if it has not ended.
    void end(FinishReason reason) {
        if (!isFinished()) {
            finish(reason);
        }
    }

    /// Empties the draft and makes room in it.
    ///
    /// @param tokensMax the most tokens to guess
    /// @param mayTakeBlock whether the guesses may take a cache block of their own
    void beginDraft(int tokensMax, boolean mayTakeBlock) {
        int room = Math.min(tokensMax, this.tokensMax - written() - 1);
        if (!mayTakeBlock) {
            room = Math.min(room, table.room() - history.length());
        }
        draft.begin(isPrefill() || isFinished() ? 0 : Math.max(0, room));
    }

    /// The tokens guessed for the next step, to be added to.
    Draft draft() {
        return draft;
    }

    TokenHistory history() {
        return history;
    }

    SamplerOptions samplerOptions() {
        return request.sampler();
    }

    int promptTokens() {
        return request.prompt().length;
    }

    /// What goes through the decoder next.
    ///
    /// @param rowsMax the most tokens to take, at least 1
    /// @throws dev.lilla.kernel.CapacityException if the cache has no block left
    BatchEntry next(int rowsMax) {
        int end = Math.min(history.length(), cached + rowsMax);
        boolean atEnd = end == history.length();
        draft.truncate(atEnd ? rowsMax - (end - cached) : 0);
        table.reserve(end + draft.length());
        LogitRows wanted = draft.length() > 0 ? LogitRows.ALL : LogitRows.LAST;
        return new BatchEntry(
                draft.after(history.tokens(cached, end)),
                cached,
                table.blocks(),
                request.prompt().length,
                atEnd ? wanted : LogitRows.NONE,
                request.adapters());
    }

    /// Takes note that an entry went through.
    ///
    /// @param logits the rows it wanted, which are changed
    void advance(BatchEntry entry, LogitSource logits) {
        cached += entry.tokens().length - draft.length();
        int promptTokens = request.prompt().length;
        if (cached <= promptTokens) {
            listener.promptRead(cached, promptTokens);
        }
        if (entry.wanted() != LogitRows.NONE) {
            steps++;
            write(logits);
            table.truncate(history.length());
        }
    }

    /// Writes the guessed tokens as far as they are right, and one more.
    private void write(LogitSource logits) {
        int right = 0;
        boolean isRight = true;
        while (isRight && !isFinished()) {
            float[] row = logits.row(right);
            int token = choose(row, right);
            isRight = right < draft.length() && token == draft.token(right);
            accept(token, row);
            if (isRight) {
                right++;
            }
        }
        // A token that ended the text is not part of it.
        cached = Math.min(cached + right, history.length());
        drafted += draft.length();
        accepted += right;
        draft.judge(right);
    }

    private int choose(float[] row, int guess) {
        // Rows of padding in the vocabulary stand for no text.
        int tokens = Math.min(terms.tokenizer().size(), row.length);
        Arrays.fill(row, tokens, row.length, Float.NEGATIVE_INFINITY);
        TokenMask mask = grammar != null ? grammar.mask() : parts != null ? parts.mask() : null;
        if (mask != null && mask.isEmpty()) {
            throw new GrammarException(
                    "no token of this model's vocabulary continues the text as its grammar wants it, " + "after "
                            + written() + " tokens. Allow other characters there.");
        }
        TokenProbabilities drawnFrom = guess < draft.length() ? draft.drawnFrom(guess) : null;
        return drawnFrom == null
                ? sampler.next(row, history, mask)
                : sampler.verify(row, history, draft.token(guess), drawnFrom, mask);
    }

    private void accept(int token, float[] row) {
        totalNanos = terms.clock().getAsLong() - started;
        if (promptNanos < 0) {
            promptNanos = totalNanos;
        }
        if (request.stop().tokens().contains(token)) {
            finish(FinishReason.STOP);
            return;
        }
        if (grammar != null) {
            grammar.accept(token);
        }
        history.append(token);
        String added = detokenizer.append(token);
        if (parts != null) {
            parts.accept(token, added);
        }
        String piece = matcher.append(added);
        text.append(piece);
        listener.token(token, piece, logprobs(row, token));
        if (matcher.isStopped()) {
            requireWhole();
            finish(FinishReason.STOP);
        } else if (grammar != null && grammar.isLast()) {
            finish(FinishReason.STOP);
        } else if (written() >= tokensMax) {
            finish(FinishReason.LENGTH);
        }
    }

    /// A stop string may cut a text anywhere.
    private void requireWhole() {
        if (request.grammar().isPresent() && !request.grammar().get().grammar().matches(text.toString())) {
            throw new GrammarException("a stop string ended the text where its grammar does not let it end. Use no "
                    + "stop strings with a grammar, or such as it cannot contain.");
        }
    }

    private Optional<TokenLogprobs> logprobs(float[] row, int token) {
        OptionalInt top = terms.topLogprobs();
        return top.isPresent() ? Optional.of(TokenLogprobs.of(row, token, top.getAsInt())) : Optional.empty();
    }

    private void finish(FinishReason reason) {
        if (!matcher.isStopped()) {
            String piece = matcher.append(detokenizer.finish()) + matcher.finish();
            text.append(piece);
            listener.tail(piece);
        }
        finishReason = reason;
    }

    private int written() {
        return history.length() - request.prompt().length;
    }

    /// What was written.
    ///
    /// @throws IllegalStateException if the text has not ended
    public Completion completion() {
        if (finishReason == null) {
            throw new IllegalStateException("the text has not ended");
        }
        boolean wroteNothing = promptNanos < 0;
        long reading = wroteNothing ? terms.clock().getAsLong() - started : promptNanos;
        Usage usage = new Usage(
                request.prompt().length,
                reused,
                written(),
                Duration.ofNanos(reading),
                Duration.ofNanos(wroteNothing ? 0 : totalNanos - promptNanos),
                guesses());
        return new Completion(
                text.toString(), history.tokens(request.prompt().length, history.length()), finishReason, usage);
    }

    /// What was guessed ahead so far.
    DraftUsage guesses() {
        return new DraftUsage(drafted, accepted, steps);
    }

    /// The tokens whose keys and values are in the cache.
    int[] cachedTokens() {
        return history.tokens(0, cached);
    }

    /// Hands its place in the cache over to the caller, who closes it.
    BlockTable releaseTable() {
        BlockTable released = table;
        table = released.successor();
        return released;
    }

    /// Gives its cache blocks back.
    @Override
    public void close() {
        table.close();
    }
}
