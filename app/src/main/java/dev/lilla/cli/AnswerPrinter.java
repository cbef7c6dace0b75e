package dev.lilla.cli;

import dev.lilla.chat.AnswerListener;
import dev.lilla.chat.DraftUsage;
import dev.lilla.chat.Usage;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/// Prints an answer while it is made, and how far a long prompt is.
final class AnswerPrinter implements AnswerListener {
    /// Shorter prompts are read before anybody wonders.
    private static final int LONG_PROMPT = 256;

    private final Console console;
    private final BooleanSupplier cancelled;
    private boolean showsProgress;

    AnswerPrinter(Console console, BooleanSupplier cancelled) {
        this.console = console;
        this.cancelled = cancelled;
    }

    @Override
    public void text(String piece) {
        clearProgress();
        console.out().print(piece);
        console.out().flush();
    }

    @Override
    public boolean isCancelled() {
        return cancelled.getAsBoolean();
    }

    @Override
    public void promptRead(int tokens, int promptTokens) {
        if (promptTokens < LONG_PROMPT || !console.terminals().err()) {
            return;
        }
        clearProgress();
        if (tokens < promptTokens) {
            console.err().print("reading the prompt: " + tokens + " of " + promptTokens + " tokens");
            console.err().flush();
            showsProgress = true;
        }
    }

    private void clearProgress() {
        if (showsProgress) {
            console.err().print("\r\u001b[K");
            console.err().flush();
            showsProgress = false;
        }
    }

    /// `read 12 tokens (8 cached) at 85.3/s, wrote 30 at 12.1/s`, and with guesses
    /// `, 2.3 in a step: 17 of 24 guesses were right`.
    static String timings(Usage usage) {
        String cached = usage.cachedTokens() > 0 ? " (" + usage.cachedTokens() + " cached)" : "";
        return "read " + usage.promptTokens() + " tokens" + cached + speed(usage.promptTokensPerSecond()) + ", wrote "
                + usage.completionTokens() + speed(usage.completionTokensPerSecond()) + guesses(usage);
    }

    private static String guesses(Usage usage) {
        DraftUsage drafts = usage.drafts();
        return drafts.drafted() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", %.1f in a step: %d of %d guesses were right",
                        usage.tokensPerStep(),
                        drafts.accepted(),
                        drafts.drafted());
    }

    private static String speed(double perSecond) {
        return perSecond > 0 ? " at " + Math.round(10 * perSecond) / 10.0 + "/s" : "";
    }
}
